using System.Collections.Immutable;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// What a file's ids and natural keys mean in this database, as far as it is known, and the SQL of the file's rows with
/// that.
/// </summary>
/// <remarks>
/// The ids themselves stand in temporary tables: the keys of rows (identity), what natural keys mean (keys), what the
/// file's ids have become (map), what object ids have become (generic), and rows that are left out (skip). A value
/// tells which of these there are; who finds out more returns another.
/// </remarks>
/// <param name="Catalog">The database's models and references.</param>
/// <param name="Tables">The staged tables.</param>
internal sealed record KnownIds(ReferenceCatalog Catalog, IReadOnlyList<StagingTable> Tables)
{
    private readonly Dictionary<uint, StagingTable> _staged = Tables.ToDictionary(t => t.Model.Table.Oid);

    /// <summary>Tables whose rows have got their keys from <see cref="Identity"/>.</summary>
    public ImmutableHashSet<uint> WithIdentity { get; init; } = [];

    /// <summary>Tables to which natural keys lead.</summary>
    public ImmutableHashSet<uint> WithKeys { get; init; } = [];

    /// <summary>Tables some of whose ids are others than in the file.</summary>
    public ImmutableHashSet<uint> WithMap { get; init; } = [];

    /// <summary>Tables some of whose rows are left out.</summary>
    public ImmutableHashSet<uint> WithSkips { get; init; } = [];

    /// <summary>Whether rows may still be left out, or get other keys, when all have theirs.</summary>
    public bool MayChange { get; init; }

    /// <summary>Whether object ids are others than in the file.</summary>
    public bool HasGeneric { get; init; }

    /// <summary>Whether ids of content types inside JSON are not this database's.</summary>
    public bool HasForeignContentTypes { get; init; }

    /// <summary>Objects left out.</summary>
    public long Skipped { get; init; }

    public static SqlText Identity(Table table) => StagingTable.NameOf("identity", table);

    public static SqlText KeysOf(Table table) => StagingTable.NameOf("keys", table);

    /// <summary>In that table, the value by which references to a column mean a row.</summary>
    public static SqlText Meant(Column target) => SqlText.Identifier($"_pk_{target.Number}");

    public static SqlText Map(Table table) => StagingTable.NameOf("map", table);

    public static SqlText Skips(Table table) => StagingTable.NameOf("skip", table);

    public static SqlText Generic => $"pg_temp.dataops_generic";

    /// <summary>The staging table of a table; null when the file has no rows of it.</summary>
    public StagingTable? StagedOf(Table table) => _staged.GetValueOrDefault(table.Oid);

    /// <summary>
    /// The table that holds a table's changed ids: its own, or that of the parent whose key it shares; null when there
    /// are none.
    /// </summary>
    public Table? MapOf(Table table) =>
        WithMap.Contains(table.Oid) ? table : Catalog.ParentLink(table) is { } link ? MapOf(link.Target!) : null;

    /// <summary>Leaves rows out of the load.</summary>
    /// <param name="session">The session, in the load's transaction.</param>
    /// <param name="table">Their table.</param>
    /// <param name="select">A query of their _row.</param>
    /// <param name="cancellation">Cancels it.</param>
    public KnownIds LeaveOut(Session session, StagingTable table, SqlText select, CancellationToken cancellation)
    {
        Table target = table.Model.Table;
        if (!WithSkips.Contains(target.Oid))
            session.Run(
                $"create temporary table {Skips(target)} (_row bigint primary key) on commit drop", cancellation);
        int skipped = session.Run($"insert into {Skips(target)} {select} on conflict do nothing", cancellation);
        return this with { WithSkips = WithSkips.Add(target.Oid), Skipped = Skipped + skipped };
    }

    /// <summary>A table's rows: _row, _place, _shape, and columns under their names.</summary>
    /// <param name="table">The table.</param>
    /// <param name="only">The columns besides the key; all when null.</param>
    public SqlText Rows(StagingTable table, IEnumerable<StagingColumn>? only = null)
    {
        Joins joins = new();
        SqlText[] values =
        [
            $"r._row", $"r._place", $"r._shape",
            .. table.Keys.Select(k => (SqlText)$"{Key(table, k, joins)} as {k.Sql}"),
            .. (only ?? table.Columns).Select(c => (SqlText)$"{Value(table, c, joins)} as {c.Sql}"),
        ];
        SqlText where = WithSkips.Contains(table.Model.Table.Oid)
            ? (SqlText)$" where not exists (select 1 from {Skips(table.Model.Table)} x where x._row = r._row)"
            : SqlText.Empty;
        return $"select {values} from {table.Buffer.Table} r{joins.Sql}{where}";
    }

    /// <summary>
    /// Whether the rows of a table are what the file says: a view of them would be one more relation to lock.
    /// </summary>
    public bool AreAsStaged(StagingTable table)
    {
        IEnumerable<SqlText> columns = table.Keys.Concat(table.Columns).Select(c => (SqlText)$"{c.In("r")} as {c.Sql}");
        SqlText staged = $"select r._row, r._place, r._shape, {columns} from {table.Buffer.Table} r";
        return !MayChange && Rows(table).ToString() == staged.ToString();
    }

    /// <summary>
    /// A table's rows as they will be after the load: the file's, and those that it does not touch; _row tells them
    /// apart.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="path">The column of a tree node's path, by which rows are then told instead of by their
    /// key.</param>
    public SqlText Merged(Table table, Column? path = null)
    {
        IEnumerable<SqlText> own = table.Columns.Select(c => c.In("t"));
        if (StagedOf(table) is not { Keys: [{ } key] } staged)
            return $"(select null::bigint as _row, {own} from {table} t)";
        IEnumerable<SqlText> both = table.Columns.Select(c => Both(staged, c));
        Column same = path ?? key.Column;
        SqlText rows = Rows(staged);
        return $"""
            (select v._row, {both} from ({rows}) v left join {table} t on t.{key.Sql} = v.{key.Sql}
             union all select null, {own} from {table} t
             where not exists (select 1 from ({rows}) v where v.{same} = t.{same}))
            """;
    }

    // A field that the file lacks has the value that it has.
    private static SqlText Both(StagingTable staged, Column column)
    {
        if (staged.Keys.Any(k => k.Column == column))
            return column.In("v");
        int[] shapes =
            [.. Enumerable.Range(0, staged.Shapes.Count).Where(i => staged.Shapes[i].Any(c => c.Column == column))];
        return shapes.Length == 0 ? column.In("t")
            : shapes.Length == staged.Shapes.Count ? column.In("v")
            : (SqlText)$"case when v._shape = any({shapes}) then v.{column} else t.{column} end as {column}";
    }

    /// <summary>
    /// A list's entries: _row, _place, _position, owner, target; the owners are read from their table's view.
    /// </summary>
    public SqlText Entries(StagingTable table, StagingList list)
    {
        Joins joins = new();
        SqlText target = Reference(list.Target, joins);
        SqlText entries = $"""
            select r._row, r._place, r._position, o.{table.Keys[0].Sql} as owner, {target} as target
            from {list.Buffer.Table} r join {table.Name} o on o._row = r._row{joins.Sql}
            """;
        return list.List.IsSymmetrical ? BothWays(entries) : entries;
    }

    // Loading a list adds and takes away both directions, so of two objects the later one in the file decides.
    private static SqlText BothWays(SqlText entries) => $"""
        with e as ({entries}),
        kept as (select * from e where e._position > 0 and not exists (
            select 1 from e o where o._position = 0 and o.owner = e.target and o._row > e._row
              and not exists (select 1 from e b where b._position > 0 and b.owner = e.target and b.target = e.owner)))
        select * from e where e._position = 0
        union all select * from kept
        union all select k._row, k._place, k._position, k.target, k.owner from kept k
          where k.target is not null
            and not exists (select 1 from kept b where b.owner = k.target and b.target = k.owner)
        """;

    private SqlText Key(StagingTable table, StagingColumn key, Joins joins)
    {
        SqlText value = Reference(key, joins);
        if (!WithIdentity.Contains(table.Model.Table.Oid))
            return value;
        joins.Add("i", Identity(table.Model.Table), $"i._row = r._row");
        return $"coalesce(i.pk, {value})";
    }

    private SqlText Value(StagingTable table, StagingColumn column, Joins joins)
    {
        SqlText value = Reference(column, joins);
        if (HasGeneric && GenericOf(table, column) is { } generic)
        {
            SqlText type = Reference(Staged(table, generic.ContentTypeColumn!), joins);
            Alias target = $"g{column.Column.Number}";
            // A row may name its object's content type twice (Wagtail's base_content_type); it is the same object.
            joins.Add(target, Generic, $"{target}.content_type = {type} and {target}.source = r.{column.Sql}::text");
            return $"coalesce({target}.target::{column.Column.TypeSql}, {value})";
        }
        return HasForeignContentTypes && IsRevisionContent(table, column)
            ? RevisionContent(table, value, joins)
            : value;
    }

    private SqlText Reference(StagingColumn column, Joins joins)
    {
        SqlText value = column.In("r");
        if (column.Reference?.Target is not { } target)
            return value;
        List<SqlText> values = [];
        if (column.HasNatural && WithKeys.Contains(target.Oid))
        {
            Alias keys = $"k{column.Column.Number}";
            joins.Add(keys, KeysOf(target), $"{keys}.key = r.{column.NaturalSql}");
            values.Add($"{keys}.{Meant(column.Reference.TargetColumns[0])}");
        }
        if (column.Reference.TargetColumns[0] == target.SingleKey && MapOf(target) is { } mapped)
        {
            Alias map = $"m{column.Column.Number}";
            joins.Add(map, Map(mapped), $"{map}.source = {value}");
            values.Add($"{map}.target");
        }
        return values.Count == 0 ? value : (SqlText)$"coalesce({values}, {value})";
    }

    private Reference? GenericOf(StagingTable table, StagingColumn column) =>
        Catalog.From(table.Model.Table).FirstOrDefault(r =>
        r is { Class: ReferenceClass.Generic, ContentTypeColumn: not null } && r.Column == column.Column);

    private static bool IsRevisionContent(StagingTable table, StagingColumn column) =>
        table.Model.Label == WagtailTables.Revision && column.Column.Name == "content"
            && column.Column.Type.Underlying.Name == "jsonb";

    // A revision says its content type twice; the column is right, and the number inside is another database's, and not
    // seldom was wrong there too.
    private SqlText RevisionContent(StagingTable table, SqlText value, Joins joins)
    {
        SqlText type = Reference(Staged(table, table.Model.Table.Find("content_type_id")!), joins);
        SqlText IsNumber(string member) => $"jsonb_typeof({value} -> {SqlText.Literal(member)}) = 'number'";
        SqlText content = $$"""
            case when {{IsNumber("content_type")}}
              then jsonb_set({{value}}, '{content_type}', to_jsonb({{type}})) else {{value}} end
            """;
        if (!HasGeneric)
            return content;
        SqlText key = Value(table, Staged(table, table.Model.Table.Find("object_id")!), joins);
        return $"case when {key} is distinct from r.object_id and {IsNumber("pk")} then jsonb_set({content}, " +
            $"'{{pk}}', {key}::jsonb) else {content} end";
    }

    private static StagingColumn Staged(StagingTable table, Column column) =>
        table.Keys.Concat(table.Columns).First(c => c.Column == column);

    // A column may be asked for twice, for itself and as the content type of an object id: its alias tells.
    private sealed class Joins
    {
        private readonly HashSet<Alias> _aliases = [];
        private readonly List<SqlText> _joins = [];

        public SqlText Sql => SqlText.Join("", _joins);

        public void Add(Alias alias, SqlText relation, SqlText condition)
        {
            if (_aliases.Add(alias))
                _joins.Add($" left join {relation} {alias} on {condition}");
        }
    }
}
