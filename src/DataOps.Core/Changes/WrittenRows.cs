namespace DataOps.Core.Changes;

/// <summary>
/// Writes rows from a query: it is answered first, under our own search_path, and only its result is written under the
/// application's.
/// </summary>
internal static class WrittenRows
{
    private static readonly SqlText s_name = TemporaryTable.Named("dataops_written");

    /// <summary>Gives planned rows other values.</summary>
    /// <param name="session">The session, in the transaction of the changes.</param>
    /// <param name="rows">The plan of the table.</param>
    /// <param name="set">What is set, where t is the row and s the query's.</param>
    /// <param name="newRows">The query, in parentheses: <see cref="TablePlan.PlannedKey"/>, and the values.</param>
    /// <param name="cancellation">Cancels it.</param>
    public static void Update(
        Session session, TablePlan rows, IEnumerable<SqlText> set, SqlText newRows, CancellationToken cancellation) =>
        Write(session, newRows, $"update {rows.Table} t set {set} from {s_name} s where {rows.Same("s", "t")}",
            cancellation);

    /// <summary>Inserts rows.</summary>
    /// <param name="session">The session, in the transaction of the changes.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">The columns that get a value.</param>
    /// <param name="newRows">The query, in parentheses, with these columns.</param>
    /// <param name="cancellation">Cancels it.</param>
    public static void Insert(
        Session session, Table table, IReadOnlyList<Column> columns, SqlText newRows,
        CancellationToken cancellation) => Write(session, newRows, $"""
            insert into {table} ({columns}) overriding system value select {columns.Select(c => c.In("s"))}
            from {s_name} s
            """, cancellation);

    private static void Write(Session session, SqlText newRows, SqlText write, CancellationToken cancellation)
    {
        TemporaryTable.Create(session, s_name, $"select * from {newRows} v", cancellation);
        session.RunAsApplication(write, cancellation);
        session.Run($"drop table {s_name}", cancellation);
    }
}
