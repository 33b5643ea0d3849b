using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Values;

namespace DataOps.Core.PageRepair;

/// <summary>Makes the missing halves of pages anew, from the content of their newest revision.</summary>
/// <remarks>
/// Whatever the revision does not hold, or points at nothing by now, becomes what the table allows; a page comes back
/// to its place in the tree where that is free.
/// </remarks>
internal sealed class RebuiltSpecificRows(
    Session session, ReferenceCatalog catalog, ChangeSet changes, IReadOnlyList<SelectedRows> orphans, bool locks,
    CancellationToken cancellation) : IRepair
{
    private readonly List<(TablePlan Rows, SqlText Name)> _halves = [];
    private readonly PageTables _tables = PageTables.Require(session, catalog);
    private readonly Table _revisions = catalog.TableOf(WagtailTables.Revision)
        ?? throw new DataOpsException(ErrorIds.NoRevision, FailureKind.NotFound,
            $"{session.Database} has no model {WagtailTables.Revision}, from which a page could be rebuilt.",
            "Use another -Action.");

    private PagePlaces? _places;

    /// <inheritdoc/>
    public void Plan()
    {
        // Two that take places in a tree at the same time would take the same.
        if (locks)
            Execute($"lock table {_tables.Pages} in share row exclusive mode");
        PageRevision[] revisions = Newest();
        RequireAll(revisions);
        foreach (PageRevision revision in revisions.OrderBy(r => r.Path, StringComparer.Ordinal))
            foreach (Table table in Chain(revision))
                if (!Exists(table, revision.Key))
                    Build(table, revision);
        foreach ((TablePlan rows, SqlText name) in _halves)
            rows.PlanInsert($"select {rows.Identity.Of("s")} from {name} s");
        _places?.Plan();
    }

    /// <inheritdoc/>
    public void Apply()
    {
        // The parent's half first: not every constraint waits.
        foreach ((TablePlan rows, SqlText name) in _halves.OrderBy(h => Depth(h.Rows.Table)))
        {
            SqlText columns = $"{Writable(rows.Table)}";
            session.RunAsApplication(
                $"insert into {rows.Table} ({columns}) overriding system value select {columns} from {name}",
                cancellation);
        }
        _places?.Apply();
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) => _halves
        .SelectMany(h => changed.Inserted(
            h.Rows, catalog.LabelOf(h.Rows.Table), $"from {h.Name} s", Writable(h.Rows.Table).Select(c => c.Name)))
        .Concat(_places?.Describe(changed) ?? []);

    /// <summary>The temporary table of a table's rows that come back; null without.</summary>
    public SqlText? RowsOf(Table table) =>
        _halves.Where(h => h.Rows.Table == table).Select(h => (SqlText?)h.Name).FirstOrDefault();

    private PageRevision[] Newest()
    {
        SqlText keys = SqlText.Join(" union ", orphans.Select(s => (SqlText)$"select _key from {s.Name}"));
        return [.. session.Read(
            $"""
            select distinct on (r.object_id) r.object_id, r.id::int8, r.content_type_id::int4, r.content ->> 'path',
                array(select jsonb_object_keys(case when jsonb_typeof(r.content) = 'object' then r.content end))
            from {_revisions} r where r.base_content_type_id = {_tables.ContentType} and r.object_id in ({keys})
            order by r.object_id, r.created_at desc, r.id desc
            """,
            r => new PageRevision(r.GetString(0), r.GetInt64(1), r.GetInt32(2), r.IsDBNull(3) ? null : r.GetString(3),
                r.GetFieldValue<string[]>(4).ToHashSet()),
            cancellation)];
    }

    private void RequireAll(PageRevision[] revisions)
    {
        Dictionary<string, PageRevision> byKey = revisions.ToDictionary(r => r.Key);
        RowList without = new();
        foreach (SelectedRows selected in orphans)
            foreach (string key in session.Query<string>($"select _key from {selected.Name} order by 1", cancellation))
                if (!byKey.TryGetValue(key, out PageRevision? revision))
                    without.Add(selected.Rows.Table.DisplayName, key, "has no revision");
                else if (revision.Fields.Count == 0)
                    without.Add(selected.Rows.Table.DisplayName, key,
                        $"its newest revision, {revision.Id}, holds no page");
                else if (!Chain(revision).Contains(selected.Rows.Table))
                    without.Add(selected.Rows.Table.DisplayName, key,
                        $"its newest revision, {revision.Id}, is of " +
                            (catalog.ContentTypeOf(revision.ContentType)?.Label.ToString() ?? "a type that is gone"));
        without.ThrowIfAny(
            ErrorIds.NoRevision, FailureKind.InvalidOperation,
            "{0} no revision that the missing half can be made from, so nothing was changed.",
            "Pipe the others alone, and use another -Action for these: Delete, Quarantine, or PlainPage for a page.");
    }

    private IReadOnlyList<Table> Chain(PageRevision revision) =>
        _tables.Chain(catalog.ContentTypeOf(revision.ContentType)?.Table);

    private int Depth(Table table) => catalog.ParentLink(table) is { Target: { } parent } ? 1 + Depth(parent) : 0;

    private bool Exists(Table table, string key) => session.Query<bool>(
        $"select exists (select 1 from {table} t where t.{table.SingleKey!} = " +
            $"{SqlText.Value(key)}::{table.SingleKey!.TypeSql})", cancellation)[0];

    private void Build(Table table, PageRevision revision)
    {
        SqlText name = NameOf(table);
        Dictionary<string, SqlText> values =
            Writable(table).ToDictionary(c => c.Name, c => ValueOf(table, c, revision));
        if (table == _tables.Pages)
            foreach ((string column, SqlText value) in (
                _places ??= new PagePlaces(session, catalog, changes.Of(_tables.Pages), name, cancellation)).Place(
                    revision))
                values[column] = value;
        Execute($"""
            insert into {name} ({SqlText.Identifiers(values.Keys)})
            select {values.Values} from {_revisions} r
            cross join (select {SqlText.Value(revision.Key)}::{table.SingleKey!.TypeSql} as key) k
                where r.id = {revision.Id}
            """);
    }

    private SqlText NameOf(Table table)
    {
        if (RowsOf(table) is { } known)
            return known;
        SqlText name = TemporaryTable.Named($"dataops_half_{_halves.Count + 1}");
        TemporaryTable.CreateEmpty(
            session, name, $"select {TablePlan.PlainColumns(table, "t")} from {table} t", cancellation);
        _halves.Add((changes.Of(table), name));
        return name;
    }

    private SqlText ValueOf(Table table, Column column, PageRevision revision)
    {
        SqlText type = column.TypeSql;
        if (column == table.SingleKey)
            return $"k.key";
        string field = catalog.ModelOf(table)?.FieldOf(column) ?? column.Name;
        if (revision.Fields.Contains(field))
            return Existing(table, column, Read(column, SqlText.Value(field)));
        if (column.Default is { } given)
            return $"({SqlText.Raw(given)})::{type}";
        if (EmptyValue.OfRow(catalog, table, column) is { } empty)
            return $"{empty}::{type}";
        if (!EmptyValue.IsNeeded(column))
            return $"null::{type}";
        throw new DataOpsException(
            ErrorIds.NoValue, FailureKind.InvalidOperation,
            $"Revision {revision.Id} of {table} {revision.Key} has no {field}, which the table needs, so nothing " +
                $"was changed.",
            "Use another -Action for this row.", table.DisplayName);
    }

    // Lists of blocks and arrays stand in a revision as texts of JSON.
    private static SqlText Read(Column column, SqlText field) => column.Type.Underlying switch
    {
        { Name: "jsonb" or "json" } =>
            $$"""
            (case when jsonb_typeof(r.content -> {{field}}) = 'string'
                and r.content ->> {{field}} ~ '^\s*[[{]' then (r.content ->> {{field}})::jsonb
                  else nullif(r.content -> {{field}}, 'null') end)::{{column.TypeSql}}
            """,
        { IsArray: true } =>
            $"(select array_agg(x) from jsonb_array_elements_text((r.content ->> {field})::jsonb) x)::{column.TypeSql}",
        _ => $"(r.content ->> {field})::{column.TypeSql}",
    };

    // What the revision points at may be gone since.
    private SqlText Existing(Table table, Column column, SqlText value)
    {
        bool IsKey(Reference r) =>
            r is { Target: not null, ContentTypeColumn: null, Columns.Count: 1, Class: not (ReferenceClass.Tree
                or ReferenceClass.Embedded) }
            && r.Column == column;
        if (column.NotNull || catalog.From(table).FirstOrDefault(IsKey) is not { Target: { } target } reference)
            return value;
        Column key = reference.TargetColumns[0];
        return $"(select p.{key}::{column.TypeSql} from {target} p where p.{key} = {value})";
    }

    private static IEnumerable<Column> Writable(Table table) => table.Columns.Where(c => c.IsWritable);

    private void Execute(SqlText sql) => session.Run(sql, cancellation);
}
