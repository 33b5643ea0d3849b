namespace DataOps.Core.Changes;

/// <summary>A column whose values become others.</summary>
/// <param name="Column">The column.</param>
/// <param name="Map">A temporary table with the columns old and new.</param>
/// <param name="Only">The condition of rows of which the column is meant; null for all.</param>
internal sealed record MovedColumn(Column Column, SqlText Map, Func<Alias, SqlText>? Only = null)
{
    /// <summary>What joins a row of the map, m, to a row of the table.</summary>
    public SqlText IsOld(Alias row) => Only is null
        ? (SqlText)$"m.old = {Column.In(row)}"
        : $"m.old = {Column.In(row)} and {Only(row)}";
}

/// <summary>
/// Points the rows of one table at other targets; a row that would say what another one says already goes.
/// </summary>
/// <remarks>
/// A row whose key changes with it is deleted and inserted anew, as an undo file knows rows by their keys.
/// </remarks>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="rows">The table's changes.</param>
/// <param name="moved">Its columns that move.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
/// <param name="deletesFirst">Whether rows that go do so before others change, so that no value is there twice; not
/// where others refer to them still.</param>
internal sealed class ReferenceMoves(
    Session session, TablePlan rows, IReadOnlyList<MovedColumn> moved, CancellationToken cancellation,
    bool deletesFirst = true)
{
    private readonly bool _movesKey = !rows.Identity.IsWholeRow
        && rows.Identity.Columns.Any(c => moved.Any(m => m.Column.Name == c.Name));

    /// <summary>The table.</summary>
    public Table Table => rows.Table;

    /// <summary>
    /// From "from" on, the rows t that say what another one says already; null where no two rows can. Until the plan is
    /// applied.
    /// </summary>
    public SqlText? Twins { get; private set; }

    /// <summary>The condition that a row moves.</summary>
    public SqlText IsMoved(Alias row) => $"({Moves(row)})";

    /// <summary>
    /// Whether a row depends by this column on what moves, and so stays: a condition on t that begins with " and".
    /// </summary>
    public SqlText Except(Column column) =>
        MoveOf(column) is { } move ? (SqlText)$" and not {IsMoved("t", move)}" : SqlText.Empty;

    /// <summary>Plans it.</summary>
    /// <param name="lists">Column pairs that no two rows may share, besides the table's unique keys: those of
    /// many-to-many lists.</param>
    public void Plan(IReadOnlyList<IReadOnlyList<string>> lists)
    {
        SqlText twin = SqlText.Join(" or ", Table.UniqueKeys.Append(Table.PrimaryKey).Concat(lists)
            .Where(key => key.Any(c => moved.Any(m => m.Column.Name == c)))
            .Select(key => HasTwin([.. key.Select(c => Table.Find(c)!)])));
        Twins = twin.IsEmpty ? null : (SqlText)$"from {Table} t where ({Moves("t")}) and ({twin})";
        if (!twin.IsEmpty)
            rows.PlanDelete($"from {Table} t where ({Moves("t")}) and ({twin})");
        if (!_movesKey)
        {
            rows.PlanUpdate($"from {Table} t where {Moves("t")}");
            return;
        }
        SqlText first = twin.IsEmpty ? SqlText.Empty : (SqlText)$" and not ({twin})";
        rows.PlanInsert(
            $"select {rows.Identity.Columns.Select(c => Value("t", c))} from {Table} t where ({Moves("t")}){first}");
        rows.PlanDelete($"from {Table} t where {Moves("t")}");
    }

    /// <summary>Writes it.</summary>
    public void Apply()
    {
        if (rows.Deletes && deletesFirst)
            session.RunAsApplication(rows.DeletePlanned, cancellation);
        if (!_movesKey)
        {
            WrittenRows.Update(
                session, rows, RowWrite.Set(moved.Select(c => c.Column.Name)), NewValues, cancellation);
            return;
        }
        Column[] written = [.. Table.Columns.Where(c => c.IsWritable)];
        WrittenRows.Insert(session, Table, written, $"(select {Values("c", written)} {NewRows})", cancellation);
    }

    /// <summary>What changes in the rows that stay, and the rows that come.</summary>
    public IEnumerable<RowChange> Describe(RowChanges changed, string? model) => _movesKey
        ? changed.Inserted(rows, model, $"from (select {Values("c", Table.Columns)} {NewRows}) s",
            Table.Columns.Select(c => c.Name))
        : changed.Updated(rows, model, NewValues, moved.Select(c => c.Column.Name));

    private SqlText NewValues => $"""
        (select {rows.PlannedKey("t")}, {Values("t", moved.Select(c => c.Column))}
         from {rows.Name} t where t._action = 'U' and ({Moves("t")}))
        """;

    private SqlText NewRows => $"""
        from {rows.Name} c where c._action = 'D' and ({Moves("c")}) and exists (
          select 1 from {rows.Name} n where n._action = 'I' and {SameKey})
        """;

    private SqlText SameKey =>
        SqlText.Join(" and ", rows.Identity.Columns.Select(k => (SqlText)$"n.{k} = {Value("c", k)}"));

    private SqlText Values(Alias alias, IEnumerable<Column> columns) =>
        $"{columns.Select(c => (SqlText)$"{Value(alias, c)} as {c}")}";

    private SqlText Moves(Alias alias) => SqlText.Join(" or ", moved.Select(c => IsMoved(alias, c)));

    private static SqlText IsMoved(Alias alias, MovedColumn move) =>
        $"exists (select 1 from {move.Map} m where {move.IsOld(alias)})";

    // Another row has the same values already, or will have them and comes first.
    private SqlText HasTwin(Column[] key)
    {
        SqlText same = SqlText.Join(" and ", key.Select(c => (SqlText)$"o.{c} = {Value("t", c)}"));
        SqlText becomesSame = SqlText.Join(" and ", key.Select(c => (SqlText)$"{Value("o", c)} = {Value("t", c)}"));
        return $"""
            exists (select 1 from {Table} o where not ({Moves("o")}) and {same})
            or exists (select 1 from {Table} o where ({Moves("o")}) and o.ctid < t.ctid and {becomesSame})
            """;
    }

    private MovedColumn? MoveOf(Column column) => moved.FirstOrDefault(m => m.Column.Name == column.Name);

    private SqlText Value(Alias alias, Column column) => MoveOf(column) is { } move
        ? (SqlText)$"""
            coalesce((select m.new::{column.TypeSql} from {move.Map} m where {move.IsOld(alias)}),
                     {column.In(alias)})
            """
        : column.In(alias);
}
