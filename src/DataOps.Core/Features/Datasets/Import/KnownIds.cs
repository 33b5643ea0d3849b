using System.Collections.Immutable;
using System.Text;
using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.References;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What a file's ids and natural keys mean in this database, as far as it is known, and the SQL of the file's rows with that.</summary>
/// <remarks>
/// The ids themselves stand in temporary tables: the keys of rows (identity), what natural keys mean (keys), what the file's ids have become (map), what
/// object ids have become (generic), and rows that are left out (skip). A value tells which of these there are; who finds out more returns another.
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

    /// <summary>Whether object ids are others than in the file.</summary>
    public bool HasGeneric { get; init; }

    /// <summary>Whether ids of content types inside JSON are not this database's.</summary>
    public bool HasForeignContentTypes { get; init; }

    /// <summary>Objects left out.</summary>
    public long Skipped { get; init; }

    public static string Identity(Table table) => $"pg_temp.dataops_identity_{table.Oid}";

    public static string KeysOf(Table table) => $"pg_temp.dataops_keys_{table.Oid}";

    public static string Map(Table table) => $"pg_temp.dataops_map_{table.Oid}";

    public static string Skips(Table table) => $"pg_temp.dataops_skip_{table.Oid}";

    public const string Generic = "pg_temp.dataops_generic";

    /// <summary>The staging table of a table; null when the file has no rows of it.</summary>
    public StagingTable? StagedOf(Table table) => _staged.GetValueOrDefault(table.Oid);

    /// <summary>The table that holds a table's changed ids: its own, or that of the parent whose key it shares; null when there are none.</summary>
    public Table? MapOf(Table table) => WithMap.Contains(table.Oid) ? table : Catalog.ParentLink(table) is { } link ? MapOf(link.Target!) : null;

    /// <summary>Leaves rows out of the load.</summary>
    /// <param name="session">The session, in the load's transaction.</param>
    /// <param name="table">Their table.</param>
    /// <param name="select">A query of their _row.</param>
    /// <param name="cancellation">Cancels it.</param>
    public KnownIds LeaveOut(Session session, StagingTable table, string select, CancellationToken cancellation)
    {
        Table target = table.Model.Table;
        if (!WithSkips.Contains(target.Oid))
            session.Execute($"create temporary table {Skips(target)} (_row bigint primary key) on commit drop", cancellation);
        int skipped = session.Execute($"insert into {Skips(target)} {select} on conflict do nothing", cancellation);
        return this with { WithSkips = WithSkips.Add(target.Oid), Skipped = Skipped + skipped };
    }

    /// <summary>A table's rows: _row, _line, _shape, and columns under their names.</summary>
    /// <param name="table">The table.</param>
    /// <param name="only">The columns besides the key; all when null.</param>
    public string Rows(StagingTable table, IEnumerable<StagingColumn>? only = null)
    {
        StringBuilder joins = new();
        StringBuilder values = new("r._row, r._line, r._shape");
        foreach (StagingColumn key in table.Keys)
            values.Append($", {Key(table, key, joins)} as {key.Sql}");
        foreach (StagingColumn column in only ?? table.Columns)
            values.Append($", {Value(table, column, joins)} as {column.Sql}");
        string where = WithSkips.Contains(table.Model.Table.Oid) ? $" where not exists (select 1 from {Skips(table.Model.Table)} x where x._row = r._row)" : "";
        return $"select {values} from {table.Buffer.Table} r{joins}{where}";
    }

    /// <summary>A table's rows as they will be after the load: the file's, and those that it does not touch; _row tells them apart.</summary>
    /// <param name="table">The table.</param>
    /// <param name="path">The column of a tree node's path, by which rows are then told instead of by their key.</param>
    public string Merged(Table table, Column? path = null)
    {
        string own = string.Join(", ", table.Columns.Select(c => "t." + SqlText.Identifier(c.Name)));
        if (StagedOf(table) is not { Keys: [{ } key] } staged)
            return $"(select null::bigint as _row, {own} from {table.Sql} t)";
        string both = string.Join(", ", table.Columns.Select(c => Both(staged, c)));
        string same = SqlText.Identifier((path ?? key.Column).Name);
        string rows = Rows(staged);
        return $"""
            (select v._row, {both} from ({rows}) v left join {table.Sql} t on t.{key.Sql} = v.{key.Sql}
             union all select null, {own} from {table.Sql} t where not exists (select 1 from ({rows}) v where v.{same} = t.{same}))
            """;
    }

    // A field that the file lacks has the value that it has.
    private static string Both(StagingTable staged, Column column)
    {
        string name = SqlText.Identifier(column.Name);
        if (staged.Keys.Any(k => k.Column == column))
            return $"v.{name}";
        int[] shapes = [.. Enumerable.Range(0, staged.Shapes.Count).Where(i => staged.Shapes[i].Any(c => c.Column == column))];
        return shapes.Length == 0 ? $"t.{name}"
            : shapes.Length == staged.Shapes.Count ? $"v.{name}"
            : $"case when v._shape = any('{{{string.Join(',', shapes)}}}') then v.{name} else t.{name} end as {name}";
    }

    /// <summary>A list's entries: _row, _line, _position, owner, target; the owners are read from their table's view.</summary>
    public string Entries(StagingTable table, StagingList list)
    {
        StringBuilder joins = new();
        string target = Reference(list.Target, joins);
        return $"""
            select r._row, r._line, r._position, o.{table.Keys[0].Sql} as owner, {target} as target
            from {list.Buffer.Table} r join {table.Name} o on o._row = r._row{joins}
            """;
    }

    private string Key(StagingTable table, StagingColumn key, StringBuilder joins)
    {
        string value = Reference(key, joins);
        if (!WithIdentity.Contains(table.Model.Table.Oid))
            return value;
        joins.Append($" left join {Identity(table.Model.Table)} i on i._row = r._row");
        return $"coalesce(i.pk, {value})";
    }

    private string Value(StagingTable table, StagingColumn column, StringBuilder joins)
    {
        string value = Reference(column, joins);
        if (HasGeneric && GenericOf(table, column) is { } generic)
        {
            string type = Reference(Staged(table, generic.ContentTypeColumn!), joins);
            string alias = "g" + column.Column.Number;
            // A row may name its object's content type twice (Wagtail's base_content_type); it is the same object.
            if (!joins.ToString().Contains($" left join {Generic} {alias} ", StringComparison.Ordinal))
                joins.Append($" left join {Generic} {alias} on {alias}.content_type = {type} and {alias}.source = r.{column.Sql}::text");
            return $"coalesce({alias}.target::{column.Column.TypeText}, {value})";
        }
        return HasForeignContentTypes && IsRevisionContent(table, column) ? RevisionContent(table, value, joins) : value;
    }

    private string Reference(StagingColumn column, StringBuilder joins)
    {
        string value = $"r.{column.Sql}";
        if (column.Reference?.Target is not { } target)
            return value;
        List<string> values = [];
        if (column.HasNatural && WithKeys.Contains(target.Oid))
            values.Add(Join(joins, $"k{column.Column.Number}", KeysOf(target), "key", $"r.{column.NaturalSql}") + ".pk");
        if (MapOf(target) is { } map)
            values.Add(Join(joins, $"m{column.Column.Number}", Map(map), "source", value) + ".target");
        return values.Count == 0 ? value : $"coalesce({string.Join(", ", values)}, {value})";
    }

    // A column may be asked for twice: for itself, and as the content type of an object id.
    private static string Join(StringBuilder joins, string alias, string table, string column, string value)
    {
        string join = $" left join {table} {alias} on {alias}.{column} = {value}";
        if (!joins.ToString().Contains(join, StringComparison.Ordinal))
            joins.Append(join);
        return alias;
    }

    private Reference? GenericOf(StagingTable table, StagingColumn column) => Catalog.From(table.Model.Table).FirstOrDefault(r =>
        r is { Class: ReferenceClass.Generic, ContentTypeColumn: not null } && r.Column == column.Column);

    private static bool IsRevisionContent(StagingTable table, StagingColumn column) =>
        table.Model.Label == WagtailTables.Revision && column.Column.Name == "content" && column.Column.Type.Underlying.Name == "jsonb";

    // A revision says its content type twice; the column is right, and the number inside is another database's, and not seldom was wrong there too.
    private string RevisionContent(StagingTable table, string value, StringBuilder joins)
    {
        string type = Reference(Staged(table, table.Model.Table.Find("content_type_id")!), joins);
        string IsNumber(string member) => $"jsonb_typeof({value} -> '{member}') = 'number'";
        string content = $"case when {IsNumber("content_type")} then jsonb_set({value}, '{{content_type}}', to_jsonb({type})) else {value} end";
        if (!HasGeneric)
            return content;
        string key = Value(table, Staged(table, table.Model.Table.Find("object_id")!), joins);
        return $"case when {key} is distinct from r.object_id and {IsNumber("pk")} then jsonb_set({content}, '{{pk}}', {key}::jsonb) else {content} end";
    }

    private static StagingColumn Staged(StagingTable table, Column column) => table.Keys.Concat(table.Columns).First(c => c.Column == column);
}
