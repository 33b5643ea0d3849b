using DataOps.Core.Changes;
using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.Pages;
using DataOps.Core.Django.References;
using DataOps.Core.Django.Values;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.PageRepair;

/// <summary>Makes the missing halves of pages anew, from the content of their newest revision.</summary>
/// <remarks>
/// Whatever the revision does not hold, or points at nothing by now, becomes what the table allows; a page comes back to its place in the tree where
/// that is free.
/// </remarks>
internal sealed class RebuiltSpecificRows(
    Session session, ReferenceCatalog catalog, ChangeSet changes, IReadOnlyList<SelectedRows> orphans, bool locks, CancellationToken cancellation) : IRepair
{
    private readonly List<(TablePlan Rows, string Name)> _halves = [];
    private readonly PageTables _tables = PageTables.Require(session, catalog);
    private readonly Table _revisions = catalog.TableOf(WagtailTables.Revision)
        ?? throw new DataOpsException(ErrorIds.NoRevision, FailureKind.NotFound,
            $"{session.Database} has no model {WagtailTables.Revision}, from which a page could be rebuilt.", "Use another -Action.");

    private PagePlaces? _places;

    /// <inheritdoc/>
    public void Plan()
    {
        // Two that take places in a tree at the same time would take the same.
        if (locks)
            Execute($"lock table {_tables.Pages.Sql} in share row exclusive mode");
        PageRevision[] revisions = Newest();
        RequireAll(revisions);
        foreach (PageRevision revision in revisions.OrderBy(r => r.Path, StringComparer.Ordinal))
            foreach (Table table in Chain(revision))
                if (!Exists(table, revision.Key))
                    Build(table, revision);
        foreach ((TablePlan rows, string name) in _halves)
            rows.PlanInsert($"select {rows.Identity.Of("s")} from {name} s");
        _places?.Plan();
    }

    /// <inheritdoc/>
    public void Apply()
    {
        // The parent's half first: not every constraint waits.
        foreach ((TablePlan rows, string name) in _halves.OrderBy(h => Depth(h.Rows.Table)))
        {
            string columns = SqlText.Identifiers(Writable(rows.Table).Select(c => c.Name));
            Execute($"insert into {rows.Table.Sql} ({columns}) overriding system value select {columns} from {name}");
        }
        _places?.Apply();
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) => _halves
        .SelectMany(h => changed.Inserted(h.Rows, catalog.LabelOf(h.Rows.Table), $"from {h.Name} s", Writable(h.Rows.Table).Select(c => c.Name)))
        .Concat(_places?.Describe(changed) ?? []);

    /// <summary>The temporary table of a table's rows that come back; null without.</summary>
    public string? RowsOf(Table table) => _halves.FirstOrDefault(h => h.Rows.Table == table).Name;

    private PageRevision[] Newest()
    {
        string keys = string.Join(" union ", orphans.Select(s => $"select _key from {s.Name}"));
        return [.. session.Stream(
            $"""
            select distinct on (r.object_id) r.object_id, r.id::int8, r.content_type_id::int4, r.content ->> 'path', array(select jsonb_object_keys(r.content))
            from {_revisions.Sql} r where r.base_content_type_id = {_tables.ContentType} and r.object_id in ({keys})
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
            foreach (string key in session.List<string>($"select _key from {selected.Name} order by 1", null, cancellation))
                if (!byKey.TryGetValue(key, out PageRevision? revision))
                    without.Add(selected.Rows.Table.DisplayName, key, "has no revision");
                else if (!Chain(revision).Contains(selected.Rows.Table))
                    without.Add(selected.Rows.Table.DisplayName, key,
                        $"its newest revision, {revision.Id}, is of {catalog.ContentTypeOf(revision.ContentType)?.Label ?? "a type that is gone"}");
        without.ThrowIfAny(
            ErrorIds.NoRevision, FailureKind.InvalidOperation, "{0} no revision that the missing half can be made from, so nothing was changed.",
            "Pipe the others alone, and use another -Action for these: Delete, Quarantine, or PlainPage for a page.");
    }

    private IReadOnlyList<Table> Chain(PageRevision revision) => _tables.Chain(catalog.ContentTypeOf(revision.ContentType)?.Table);

    private int Depth(Table table) => catalog.ParentLink(table) is { Target: { } parent } ? 1 + Depth(parent) : 0;

    private bool Exists(Table table, string key) => session.List<bool>(
        $"select exists (select 1 from {table.Sql} t where t.{SqlText.Identifier(table.SingleKey!.Name)} = {SqlText.Literal(key)}::{table.SingleKey.TypeText})", null,
            cancellation)[0];

    private void Build(Table table, PageRevision revision)
    {
        string name = NameOf(table);
        Dictionary<string, string> values = Writable(table).ToDictionary(c => c.Name, c => ValueOf(table, c, revision));
        if (table == _tables.Pages)
            foreach ((string column, string value) in (_places ??= new PagePlaces(session, catalog, changes.Of(_tables.Pages), name, cancellation)).Place(revision))
                values[column] = value;
        Execute($"""
            insert into {name} ({SqlText.Identifiers(values.Keys)})
            select {string.Join(", ", values.Values)} from {_revisions.Sql} r
            cross join (select {SqlText.Literal(revision.Key)}::{table.SingleKey!.TypeText} as key) k where r.id = {revision.Id}
            """);
    }

    private string NameOf(Table table)
    {
        if (_halves.FirstOrDefault(h => h.Rows.Table == table).Name is { } known)
            return known;
        string name = $"dataops_half_{_halves.Count + 1}";
        Execute($"create temp table {name} on commit drop as select {TablePlan.PlainColumns(table, "t")} from {table.Sql} t with no data");
        _halves.Add((changes.Of(table), "pg_temp." + name));
        return _halves[^1].Name;
    }

    private string ValueOf(Table table, Column column, PageRevision revision)
    {
        string type = column.TypeText;
        if (column == table.SingleKey)
            return "k.key";
        string field = catalog.ModelOf(table)?.FieldOf(column) ?? column.Name;
        if (revision.Fields.Contains(field))
            return Existing(table, column, Read(column, SqlText.Literal(field)));
        if (column.Default is { } given)
            return $"({given})::{type}";
        return EmptyValue.OfRow(catalog, table, column) is { } empty ? $"{empty}::{type}"
            : !EmptyValue.IsNeeded(column) ? $"null::{type}"
            : throw new DataOpsException(
                ErrorIds.NoValue, FailureKind.InvalidOperation,
                $"Revision {revision.Id} of {table} {revision.Key} has no {field}, which the table needs, so nothing was changed.",
                "Use another -Action for this row.", table.DisplayName);
    }

    // Lists of blocks and arrays stand in a revision as texts of JSON.
    private static string Read(Column column, string field) => column.Type.Underlying switch
    {
        { Name: "jsonb" or "json" } =>
            $$"""
            (case when jsonb_typeof(r.content -> {{field}}) = 'string' and r.content ->> {{field}} ~ '^\s*[[{]' then (r.content ->> {{field}})::jsonb
                  else nullif(r.content -> {{field}}, 'null') end)::{{column.TypeText}}
            """,
        { IsArray: true } => $"(select array_agg(x) from jsonb_array_elements_text((r.content ->> {field})::jsonb) x)::{column.TypeText}",
        _ => $"(r.content ->> {field})::{column.TypeText}",
    };

    // What the revision points at may be gone since.
    private string Existing(Table table, Column column, string value)
    {
        bool IsKey(Reference r) =>
            r is { Target: not null, ContentTypeColumn: null, Columns.Count: 1, Class: not (ReferenceClass.Tree or ReferenceClass.Embedded) }
            && r.Column == column;
        if (column.NotNull || catalog.From(table).FirstOrDefault(IsKey) is not { Target: { } target } reference)
            return value;
        string key = SqlText.Identifier(reference.TargetColumns[0].Name);
        return $"(select p.{key}::{column.TypeText} from {target.Sql} p where p.{key} = {value})";
    }

    private static IEnumerable<Column> Writable(Table table) => table.Columns.Where(c => c.IsWritable);

    private void Execute(string sql) => session.Execute(sql, cancellation);
}
