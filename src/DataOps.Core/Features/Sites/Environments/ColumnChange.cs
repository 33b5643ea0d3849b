namespace DataOps.Core.Features.Sites.Environments;

/// <summary>A column of a table in which some rows get another value.</summary>
/// <param name="Part">What it is about.</param>
/// <param name="Subject">What a person calls it.</param>
/// <param name="NewValue">What a person calls the new value.</param>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="Covers">The condition that a row t gets it.</param>
/// <param name="Value">
/// The value of a row t from what other changes of the column have made of it, and that itself where the row is not
/// covered. It has it in it once, so that the text of many is no longer than their sum.
/// </param>
internal sealed record ColumnChange(
    EnvironmentPart Part, string Subject, string NewValue, Table Table, Column Column, SqlText Covers,
    Func<SqlText, SqlText> Value)
{
    /// <summary>The row that all of it is said of.</summary>
    public static readonly Alias Row = "t";

    /// <summary>How many rows get another value.</summary>
    public long Count(Session session, CancellationToken cancellation) => session.Query<long>($"""
        select count(*) from {Table} {Row}
        where {Covers} and {Value(Column.In(Row))} is distinct from {Column.In(Row)}
        """, cancellation).Single();

    /// <summary>Plans all changes of one table as one.</summary>
    public static void Plan(ChangeRun change, IReadOnlyList<ColumnChange> changes)
    {
        Table table = changes[0].Table;
        ILookup<Column, ColumnChange> columns = changes.ToLookup(c => c.Column);
        IEnumerable<SqlText> values = columns.Select(c => (SqlText)$"""
            {c.Aggregate(c.Key.In(Row), (now, one) => one.Value(now))} as {c.Key}
            """);
        change.Update(table, [.. columns.Select(c => c.Key.Name)], $"""
            select {RowKey.Of(table).Of(Row)}, {values} from {table} {Row}
            where {SqlText.Join(" or ", changes.Select(c => (SqlText)$"({c.Covers})"))}
            """);
    }
}
