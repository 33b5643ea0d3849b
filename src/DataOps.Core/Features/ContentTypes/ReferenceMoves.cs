namespace DataOps.Core.Features.ContentTypes;

/// <summary>A column whose values become others.</summary>
/// <param name="Column">The column.</param>
/// <param name="Map">A temporary table with the columns old and new.</param>
internal sealed record MovedColumn(Column Column, SqlText Map);

/// <summary>
/// Points the rows of one table at other targets; a row that would say what another one says already goes.
/// </summary>
/// <remarks>
/// A row whose key changes with it is deleted and inserted anew, as an undo file knows rows by their keys.
/// </remarks>
internal sealed class ReferenceMoves
{
    private readonly Session _session;
    private readonly TablePlan _rows;
    private readonly IReadOnlyList<MovedColumn> _columns;
    private readonly CancellationToken _cancellation;
    private readonly bool _movesKey;

    /// <summary>For one table.</summary>
    /// <param name="session">The session, in the transaction of the changes.</param>
    /// <param name="rows">The table's changes.</param>
    /// <param name="columns">Its columns that move.</param>
    /// <param name="cancellation">Cancels the query that runs.</param>
    public ReferenceMoves(
        Session session, TablePlan rows, IReadOnlyList<MovedColumn> columns, CancellationToken cancellation)
    {
        (_session, _rows, _columns, _cancellation) = (session, rows, columns, cancellation);
        _movesKey = !rows.Identity.IsWholeRow
            && rows.Identity.Columns.Any(c => columns.Any(m => m.Column.Name == c.Name));
    }

    /// <summary>The table.</summary>
    public Table Table => _rows.Table;

    /// <summary>
    /// Whether a row depends by this column on what moves, and so stays: a condition on t that begins with " and".
    /// </summary>
    public SqlText Except(Column column) => _columns.FirstOrDefault(c => c.Column.Name == column.Name) is { } moved
        ? (SqlText)$" and not {IsMoved("t", moved)}"
        : SqlText.Empty;

    /// <summary>Plans it.</summary>
    /// <param name="lists">Column pairs that no two rows may share, besides the table's unique keys: those of
    /// many-to-many lists.</param>
    public void Plan(IReadOnlyList<IReadOnlyList<string>> lists)
    {
        SqlText twin = SqlText.Join(" or ", Table.UniqueKeys.Append(Table.PrimaryKey).Concat(lists)
            .Where(key => key.Any(c => _columns.Any(m => m.Column.Name == c)))
            .Select(key => HasTwin([.. key.Select(c => Table.Find(c)!)])));
        if (!twin.IsEmpty)
            _rows.PlanDelete($"from {Table} t where ({Moves("t")}) and ({twin})");
        if (!_movesKey)
        {
            _rows.PlanUpdate($"from {Table} t where {Moves("t")}");
            return;
        }
        SqlText first = twin.IsEmpty ? SqlText.Empty : (SqlText)$" and not ({twin})";
        _rows.PlanInsert(
            $"select {_rows.Identity.Columns.Select(c => Value("t", c))} from {Table} t where ({Moves("t")}){first}");
        _rows.PlanDelete($"from {Table} t where {Moves("t")}");
    }

    /// <summary>Writes it: rows that go first, so that no value is there twice.</summary>
    public void Apply()
    {
        if (_rows.Deletes)
            Execute(_rows.DeletePlanned);
        if (!_movesKey)
        {
            Execute($"update {Table} t set {RowWrite.Set(_columns.Select(c => c.Column.Name))} from {NewValues} s " +
                $"where {_rows.Same("s", "t")}");
            return;
        }
        Column[] written = [.. Table.Columns.Where(c => c.IsWritable)];
        Execute($"insert into {Table} ({written}) overriding system value select " +
            $"{written.Select(c => Value("c", c))} {NewRows}");
    }

    /// <summary>What changes in the rows that stay, and the rows that come.</summary>
    public IEnumerable<RowChange> Describe(RowChanges changed, string? model)
    {
        return !_movesKey
            ? changed.Updated(_rows, model, NewValues, _columns.Select(c => c.Column.Name))
            : changed.Inserted(_rows, model, $"from (select {Values("c", Table.Columns)} {NewRows}) s",
                Table.Columns.Select(c => c.Name));
    }

    private SqlText NewValues => $"""
        (select {_rows.PlannedKey("t")}, {Values("t", _columns.Select(c => c.Column))}
         from {_rows.Name} t where t._action = 'U' and ({Moves("t")}))
        """;

    private SqlText NewRows => $"""
        from {_rows.Name} c where c._action = 'D' and ({Moves("c")}) and exists (
          select 1 from {_rows.Name} n where n._action = 'I' and {SameKey})
        """;

    private SqlText SameKey =>
        SqlText.Join(" and ", _rows.Identity.Columns.Select(k => (SqlText)$"n.{k} = {Value("c", k)}"));

    private SqlText Values(Alias alias, IEnumerable<Column> columns) =>
        $"{columns.Select(c => (SqlText)$"{Value(alias, c)} as {c}")}";

    private SqlText Moves(Alias alias) => SqlText.Join(" or ", _columns.Select(c => IsMoved(alias, c)));

    private static SqlText IsMoved(Alias alias, MovedColumn moved) =>
        $"exists (select 1 from {moved.Map} m where m.old = {moved.Column.In(alias)})";

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

    private SqlText Value(Alias alias, Column column) =>
        _columns.FirstOrDefault(c => c.Column.Name == column.Name) is { } moved
        ? (SqlText)$"""
            coalesce((select m.new::{column.TypeSql} from {moved.Map} m where m.old = {column.In(alias)}),
                     {column.In(alias)})
            """
        : column.In(alias);

    private void Execute(SqlText sql) => _session.Run(sql, _cancellation);
}
