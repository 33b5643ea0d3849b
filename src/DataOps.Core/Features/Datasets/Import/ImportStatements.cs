using DataOps.Core.Django.Values;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// The SQL that makes a target what its staging table says; s is the staging table and t the target throughout.
/// </summary>
/// <remarks>What writes runs under <see cref="ApplicationPath"/>, and so names the schema of each operator.</remarks>
internal static class ImportStatements
{
    /// <summary>
    /// The rows that are there and differ, from "from" on; null when the shape has no field besides the key.
    /// </summary>
    /// <remarks>
    /// record_image_ne compares what is stored, for every type: json has no equality, and that of numeric, citext or
    /// interval takes different texts for equal.
    /// </remarks>
    public static SqlText? Differing(StagingTable table, int shape) =>
        Differs(table, shape) is not { } differs ? null : (SqlText)$"""
            from {table.Model.Table} t join {table.Name} s on {SameKey(table)} where s._shape = {shape} and {differs}
            """;

    /// <summary>Whether the row with the key of s is there, and a load leaves it as it is.</summary>
    /// <param name="table">The staging table.</param>
    /// <param name="skips">Whether the load writes no row that is there.</param>
    public static SqlText IsUnchanged(StagingTable table, bool skips)
    {
        SqlText[] differing = skips ? [] : [.. Enumerable.Range(0, table.Shapes.Count).SelectMany(
            shape => Differs(table, shape) is { } differs
                ? [(SqlText)$"when s._shape = {shape} then {differs}"]
                : Array.Empty<SqlText>())];
        SqlText isSame = differing.Length == 0
            ? SqlText.Empty
            : (SqlText)$" and not case {SqlText.Join(" ", differing)} else false end";
        return $"exists (select 1 from {table.Model.Table} t where {SameKey(table)}{isSame})";
    }

    /// <summary>Whether a list of the row s has the entries that the file gives it, and no others.</summary>
    public static SqlText IsUnchanged(StagingTable table, StagingList list)
    {
        SqlText owner = table.Keys[0].In("s");
        return $"""
            (not exists (select 1 from {list.Name} e where e._position > 0 and e.owner = {owner}
                and not exists (select 1 from {list.List.Table} t where {IsEntry(list, "e")}))
              and not exists (select 1 from {list.List.Table} t where t.{list.List.OwnerColumn} = {owner}
                and not exists (select 1 from {list.Name} e where {IsEntry(list, "e")})))
            """;
    }

    private static SqlText? Differs(StagingTable table, int shape)
    {
        Assignment[] set = [.. Assigned(table, shape)];
        IEnumerable<SqlText> stored = set.Select(c => Comparable(c.Column, c.Column.In("t")));
        IEnumerable<SqlText> wanted = set.Select(c => Comparable(c.Column, c.Value));
        return set.Length == 0
            ? null
            : (SqlText)$"pg_catalog.record_image_ne(row({stored}), row({wanted}))";
    }

    /// <summary>Writes the planned rows that are there, but for some columns; null when no other is left.</summary>
    public static SqlText? Update(
        StagingTable table, int shape, TablePlan changed,
        IReadOnlyCollection<StagingColumn> without)
    {
        SqlText[] set =
        [
            .. Assigned(table, shape).Where(c => !without.Contains(c.Column))
                .Select(c => (SqlText)$"{c.Column.Sql} = {(c.IsOwnDefault ? (SqlText)$"default" : c.Value)}"),
        ];
        return set.Length == 0 ? null : (SqlText)$"""
            update {table.Model.Table} as t
            set {set}
            from {table.Name} s, {changed.Name} c
            where {SameKey(table)} and {IsOf(shape)} and {IsPlanned('U')} and {changed.Identity.Same("c", "t")}
            """;
    }

    /// <summary>Writes columns that had to wait for other tables' rows.</summary>
    public static SqlText Complete(
        StagingTable table, int shape, TablePlan changed, IReadOnlyCollection<StagingColumn> columns) => $"""
        update {table.Model.Table} as t
        set {columns.Select(c => (SqlText)$"{c.Sql} = {c.In("s")}")}
        from {table.Name} s, {changed.Name} c
        where {SameKey(table)} and {IsOf(shape)} and {changed.Identity.Same("c", "t")}
          and pg_catalog.record_image_ne(row({columns.Select(c => c.In("t"))}), row({columns.Select(c => c.In("s"))}))
        """;

    /// <summary>The columns that an update sets.</summary>
    public static IEnumerable<string> Set(StagingTable table, int shape) =>
        Assigned(table, shape).Select(c => c.Column.Column.Name);

    /// <summary>The values that an update gives, under the columns' names, beside the key.</summary>
    public static SqlText NewValues(StagingTable table, int shape) => SqlText.Join(
        ", ",
        [
            .. table.Keys.Select(k => k.In("s")),
            .. Assigned(table, shape).Select(c => (SqlText)$"{c.Value} as {c.Column.Sql}"),
        ]);

    /// <summary>The keys of the rows that are not there.</summary>
    public static SqlText NewKeys(StagingTable table) =>
        $"select {table.Keys.Select(k => k.In("s"))} from {table.Name} s where {IsNew(table)}";

    /// <summary>
    /// Writes the planned rows that are not there; a field that the file lacks takes its default, or the column's.
    /// </summary>
    public static SqlText Insert(
        StagingTable table, int shape, TablePlan changed,
        IReadOnlyCollection<StagingColumn> without)
    {
        (SqlText Sql, SqlText Value)[] columns =
        [
            .. table.Keys.Concat(table.Shapes[shape].Except(without)).Select(c => (c.Sql, c.In("s"))),
            .. Lacking(table, shape, isNew: true).Where(c => !c.IsOwnDefault).Select(c => (c.Column.Sql, c.Value)),
        ];
        return $"""
            insert into {table.Model.Table} ({columns.Select(c => c.Sql)})
            overriding system value
            select {columns.Select(c => c.Value)}
            from {table.Name} s join {changed.Name} c on {changed.Identity.Same("c", "s")} and {IsPlanned('I')}
            where {IsOf(shape)}
            """;
    }

    /// <summary>The entries that the file's lists do not have, from "from" on.</summary>
    /// <param name="list">The list.</param>
    /// <param name="owner">A condition on the owners, o, that begins with " and"; empty for all.</param>
    public static SqlText Removed(StagingList list, SqlText owner) => $"""
        from {list.List.Table} t {Owned(list, owner)}
          and not exists (select 1 from {list.Name} s
            where s.owner = t.{list.List.OwnerColumn} and s.target = t.{list.List.TargetColumn})
        """;

    /// <summary>The entries that the database's lists do not have, in the file's order: owner, target.</summary>
    /// <param name="list">The list.</param>
    /// <param name="owner">A condition on the owners, s, that begins with " and"; empty for all.</param>
    public static SqlText Added(StagingList list, SqlText owner) => $"""
        select s.owner, s.target from {list.Name} s
        where s._position > 0{owner}
          and not exists (select 1 from {list.List.Table} t where {IsEntry(list, "s")})
        group by s.owner, s.target order by min(s._place), min(s._position)
        """;

    /// <summary>Adds entries.</summary>
    /// <param name="list">The list.</param>
    /// <param name="changed">The plan of the list's table.</param>
    public static SqlText Add(StagingList list, TablePlan changed) => $"""
        insert into {list.List.Table} (
          {changed.OwnKey.Column}{list.List.OwnerColumn}, {list.List.TargetColumn})
        overriding system value
        select {changed.OwnKey.Value}a.owner, a.target from {list.Added} a
        """;

    /// <summary>The entries to add, under the columns' names.</summary>
    public static SqlText AddedRows(StagingList list) =>
        $"(select a.owner as {list.List.OwnerColumn}, a.target as {list.List.TargetColumn} from {list.Added} a)";

    /// <summary>The keys of entries that were added.</summary>
    public static SqlText AddedKeys(StagingList list, TablePlan changed) =>
        $"select {changed.Identity.Of("t")} from {list.List.Table} t join {list.Added} a on {IsEntry(list, "a")}";

    /// <summary>
    /// The key's largest value where the sequence would give it out again; no row where the sequence is ahead.
    /// </summary>
    public static SqlText SequenceBehind(Table table, Column key) => $"""
        select x.most::bigint from (select max({key}) as most from {table}) x, {SqlText.Raw(key.Sequence!)} q
        where x.most > case when q.is_called then q.last_value else q.last_value - 1 end
        """;

    /// <summary>A row's key as text.</summary>
    public static SqlText KeyOf(StagingTable table, string row = "s") =>
        KeyText.Of(table.Keys.Select(k => k.Column), row);

    /// <summary>Whether s and t have the same key.</summary>
    public static SqlText SameKey(StagingTable table, string row = "t") =>
        RowKey.Of(table.Model.Table).Same(row, "s");

    /// <summary>Whether two rows have the same values in columns.</summary>
    public static SqlText Same(IEnumerable<StagingColumn> columns, Alias left, Alias right) =>
        SqlText.Join(" and ", columns.Select(c => (SqlText)$"{c.In(left)} = {c.In(right)}"));

    /// <summary>The values that s has in columns, as one text for a person.</summary>
    public static SqlText Values(IEnumerable<StagingColumn> columns) =>
        SqlText.Join(" || ', ' || ", columns.Select(c => (SqlText)$"{c.In("s")}::text"));

    // What an update sets: the fields of the shape, and those that it lacks where they are to be reset.
    private static IEnumerable<Assignment> Assigned(StagingTable table, int shape) => table.Shapes[shape]
        .Where(c => c.Column.Source != ColumnSource.IdentityAlways)
        .Select(c => new Assignment(c, Wanted(table, c)))
        .Concat(Lacking(table, shape, isNew: false));

    private static IEnumerable<Assignment> Lacking(StagingTable table, int shape, bool isNew) => table.Lacking(shape)
        .Where(c => c.Default is not null && (isNew || !c.Default.IsForNew))
        .Select(c => new Assignment(c, c.Default!.Sql, c.Default.IsColumns));

    private static SqlText IsOf(int shape) => $"s._shape operator(pg_catalog.=) {shape}";

    private static SqlText IsPlanned(char action) =>
        $"c._action operator(pg_catalog.=) {SqlText.Literal(action.ToString())}";

    /// <summary>Whether no row of the database has the key of s.</summary>
    /// <param name="table">The staging table.</param>
    /// <param name="row">The alias of the database's row.</param>
    public static SqlText IsNew(StagingTable table, string row = "t") =>
        $"not exists (select 1 from {table.Model.Table} {new Alias(row)} where {SameKey(table, row)})";

    // The entries t of the owners o, one by one; of a symmetrical list those of both directions, each once.
    private static SqlText Owned(StagingList list, SqlText owner) => list.List.IsSymmetrical
        ? (SqlText)$"""
            where exists (select 1 from {list.Name} o where o._position = 0{owner}
              and o.owner in (t.{list.List.OwnerColumn}, t.{list.List.TargetColumn}))
            """
        : (SqlText)$"join {list.Name} o on t.{list.List.OwnerColumn} = o.owner where o._position = 0{owner}";

    // Whether a row of owner and target is the entry t.
    private static SqlText IsEntry(StagingList list, Alias row) =>
        $"t.{list.List.OwnerColumn} = {row}.owner and t.{list.List.TargetColumn} = {row}.target";

    private static SqlText Wanted(StagingTable table, StagingColumn column) => column.Column.Type.Underlying.Name switch
    {
        // The number of the content type inside a revision is the server's own business.
        "jsonb" when table.Model.Label == WagtailTables.Revision && column.Column.Name == "content" =>
            (SqlText)$"""
            case when pg_catalog.jsonb_typeof(t.{column.Sql}) operator(pg_catalog.=) 'object'
              and pg_catalog.jsonb_typeof(s.{column.Sql}) operator(pg_catalog.=) 'object'
              and (t.{column.Sql} operator(pg_catalog.-) 'content_type')
                operator(pg_catalog.=) (s.{column.Sql} operator(pg_catalog.-) 'content_type')
              then t.{column.Sql} else s.{column.Sql} end
            """,
        _ => ValueConverter.For(column.Column).Updated(column.In("t"), column.In("s")),
    };

    // The column's own default is written as such: its functions are the application's.
    private readonly record struct Assignment(StagingColumn Column, SqlText Value, bool IsOwnDefault = false);

    // A composite value as stored starts with a header that depends on where it was made.
    private static SqlText Comparable(StagingColumn column, SqlText value) =>
        column.Column.Type.Underlying.Kind == PgTypeKind.Composite ? (SqlText)$"({value})::text" : value;
}
