using DataOps.Core.Changes;
using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>The SQL that makes a target what its staging table says; s is the staging table and t the target throughout.</summary>
internal static class ImportStatements
{
    /// <summary>The rows that are there and differ, from "from" on; null when the shape has no field besides the key.</summary>
    /// <remarks>
    /// record_image_ne compares what is stored, for every type: json has no equality, and that of numeric, citext or interval takes different texts for equal.
    /// </remarks>
    public static string? Differing(StagingTable table, int shape, MissingField missing)
    {
        (StagingColumn Column, string Value)[] set = [.. Assigned(table, shape, missing)];
        if (set.Length == 0)
            return null;
        string stored = string.Join(", ", set.Select(c => Comparable(c.Column, "t." + c.Column.Sql)));
        string wanted = string.Join(", ", set.Select(c => Comparable(c.Column, c.Value)));
        return $"""
            from {table.Model.Table.Sql} t join {table.Name} s on {SameKey(table)}
            where s._shape = {shape} and pg_catalog.record_image_ne(row({stored}), row({wanted}))
            """;
    }

    /// <summary>Writes the planned rows that are there, but for some columns; null when no other is left.</summary>
    public static string? Update(StagingTable table, int shape, MissingField missing, TablePlan changed, IReadOnlyCollection<StagingColumn> without)
    {
        string[] set = [.. Assigned(table, shape, missing).Where(c => !without.Contains(c.Column)).Select(c => $"{c.Column.Sql} = {c.Value}")];
        return set.Length == 0 ? null : $"""
            update {table.Model.Table.Sql} as t
            set {string.Join(", ", set)}
            from {table.Name} s, {changed.Name} c
            where {SameKey(table)} and s._shape = {shape} and c._action = 'U' and {changed.Identity.Same("c", "t")}
            """;
    }

    /// <summary>Writes columns that had to wait for other tables' rows.</summary>
    public static string Complete(StagingTable table, int shape, TablePlan changed, IReadOnlyCollection<StagingColumn> columns) => $"""
        update {table.Model.Table.Sql} as t
        set {string.Join(", ", columns.Select(c => $"{c.Sql} = s.{c.Sql}"))}
        from {table.Name} s, {changed.Name} c
        where {SameKey(table)} and s._shape = {shape} and {changed.Identity.Same("c", "t")}
          and ({string.Join(" or ", columns.Select(c => $"t.{c.Sql} is distinct from s.{c.Sql}"))})
        """;

    /// <summary>The columns that an update sets.</summary>
    public static IEnumerable<string> Set(StagingTable table, int shape, MissingField missing) =>
        Assigned(table, shape, missing).Select(c => c.Column.Column.Name);

    /// <summary>The values that an update gives, under the columns' names, beside the key.</summary>
    public static string NewValues(StagingTable table, int shape, MissingField missing) =>
        string.Join(", ", table.Keys.Select(k => "s." + k.Sql).Concat(Assigned(table, shape, missing).Select(c => $"{c.Value} as {c.Column.Sql}")));

    /// <summary>The keys of the rows that are not there.</summary>
    public static string NewKeys(StagingTable table) =>
        $"select {string.Join(", ", table.Keys.Select(k => "s." + k.Sql))} from {table.Name} s where {IsNew(table)}";

    /// <summary>Writes the planned rows that are not there; a field that the file lacks takes the column's default.</summary>
    public static string Insert(StagingTable table, int shape, MissingField missing, TablePlan changed, IReadOnlyCollection<StagingColumn> without)
    {
        (string Sql, string Value)[] columns =
        [
            .. table.Keys.Concat(table.Shapes[shape].Except(without)).Select(c => (c.Sql, "s." + c.Sql)),
            .. Lacking(table, shape, missing).Where(c => c.Column.Column is { NotNull: true, Default: null }).Select(c => (c.Column.Sql, c.Value)),
        ];
        return $"""
            insert into {table.Model.Table.Sql} ({string.Join(", ", columns.Select(c => c.Sql))})
            overriding system value
            select {string.Join(", ", columns.Select(c => c.Value))}
            from {table.Name} s join {changed.Name} c on {changed.Identity.Same("c", "s")} and c._action = 'I'
            where s._shape = {shape}
            """;
    }

    /// <summary>The entries that the file's lists do not have, from "from" on.</summary>
    /// <param name="list">The list.</param>
    /// <param name="owner">A condition on the owners, o; null for all.</param>
    public static string Removed(StagingList list, string? owner) => $"""
        from {list.List.Table.Sql} t join {list.Name} o on t.{Owner(list)} = o.owner
        where o._position = 0{(owner is null ? "" : " and " + owner)}
          and not exists (select 1 from {list.Name} s where s.owner = t.{Owner(list)} and s.target = t.{Target(list)})
        """;

    /// <summary>The entries that the database's lists do not have, in the file's order: owner, target.</summary>
    /// <param name="list">The list.</param>
    /// <param name="owner">A condition on the owners, s; null for all.</param>
    public static string Added(StagingList list, string? owner) => $"""
        select s.owner, s.target from {list.Name} s
        where s._position > 0{(owner is null ? "" : " and " + owner)}
          and not exists (select 1 from {list.List.Table.Sql} t where t.{Owner(list)} = s.owner and t.{Target(list)} = s.target)
        group by s.owner, s.target order by min(s._line), min(s._position)
        """;

    /// <summary>Adds entries.</summary>
    /// <param name="list">The list.</param>
    /// <param name="added">A table of owner and target.</param>
    /// <param name="changed">The plan of the list's table.</param>
    public static string Add(StagingList list, string added, TablePlan changed) => $"""
        insert into {list.List.Table.Sql} ({changed.OwnKey.Column}{Owner(list)}, {Target(list)}) overriding system value
        select {changed.OwnKey.Value}a.owner, a.target from {added} a
        """;

    /// <summary>The entries to add, under the columns' names.</summary>
    public static string AddedRows(StagingList list, string added) => $"(select a.owner as {Owner(list)}, a.target as {Target(list)} from {added} a)";

    /// <summary>The keys of entries that were added.</summary>
    public static string AddedKeys(StagingList list, string added, TablePlan changed) =>
        $"select {changed.Identity.Of("t")} from {list.List.Table.Sql} t join {added} a on t.{Owner(list)} = a.owner and t.{Target(list)} = a.target";

    /// <summary>The key's largest value where the sequence would give it out again; no row where the sequence is ahead.</summary>
    public static string SequenceBehind(Table table, Column key) => $"""
        select x.most::bigint from (select max({SqlText.Identifier(key.Name)}) as most from {table.Sql}) x, {key.Sequence} q
        where x.most > case when q.is_called then q.last_value else q.last_value - 1 end
        """;

    /// <summary>A row's key as text.</summary>
    public static string KeyOf(StagingTable table, string row = "s") => KeyText.Of(table.Keys.Select(k => k.Column), row);

    /// <summary>Whether s and t have the same key.</summary>
    public static string SameKey(StagingTable table) => string.Join(" and ", table.Keys.Select(k => $"t.{k.Sql} = s.{k.Sql}"));

    // What an update sets: the fields of the shape, and those that it lacks where they are to be reset.
    private static IEnumerable<(StagingColumn Column, string Value)> Assigned(StagingTable table, int shape, MissingField missing) => table.Shapes[shape]
        .Where(c => c.Column.Source != ColumnSource.IdentityAlways)
        .Select(c => (c, Wanted(table, c)))
        .Concat(Lacking(table, shape, missing));

    private static IEnumerable<(StagingColumn Column, string Value)> Lacking(StagingTable table, int shape, MissingField missing) =>
        from column in missing == MissingField.Keep ? [] : table.Columns.Except(table.Shapes[shape])
        let value = EmptyValue.OfField(column.Column)
        where value is not null
        select (column, value.ToString()!);

    /// <summary>Whether no row of the database has the key of s.</summary>
    public static string IsNew(StagingTable table) => $"not exists (select 1 from {table.Model.Table.Sql} t where {SameKey(table)})";

    private static string Owner(StagingList list) => SqlText.Identifier(list.List.OwnerColumn.Name);

    private static string Target(StagingList list) => SqlText.Identifier(list.List.TargetColumn.Name);

    private static string Wanted(StagingTable table, StagingColumn column) => column.Column.Type.Underlying.Name switch
    {
        // The number of the content type inside a revision is the server's own business.
        "jsonb" when table.Model.Label == WagtailTables.Revision && column.Column.Name == "content" =>
            $"""
            case when jsonb_typeof(t.{column.Sql}) = 'object' and jsonb_typeof(s.{column.Sql}) = 'object'
              and t.{column.Sql} - 'content_type' = s.{column.Sql} - 'content_type' then t.{column.Sql} else s.{column.Sql} end
            """,
        _ => ValueConverter.For(column.Column).Updated(SqlText.Raw($"t.{column.Sql}"), SqlText.Raw($"s.{column.Sql}")),
    };

    // A composite value as stored starts with a header that depends on where it was made.
    private static string Comparable(StagingColumn column, string value) =>
        column.Column.Type.Underlying.Kind == PgTypeKind.Composite ? $"({value})::text" : value;
}
