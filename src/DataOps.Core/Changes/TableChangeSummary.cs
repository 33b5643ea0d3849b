namespace DataOps.Core.Changes;

/// <summary>The rows that a change deletes, updates and inserts in one table, dependent rows included.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Table">The table.</param>
/// <param name="Model">Its model; null for a table that belongs to none.</param>
/// <param name="Delete">Rows to delete.</param>
/// <param name="Update">Rows to update.</param>
/// <param name="Insert">Rows to insert.</param>
/// <param name="Columns">
/// The new values of columns that referenced deleted rows, as <c>content_type_id = NULL</c>; null where there are none.
/// </param>
public sealed record TableChangeSummary(
    string Server, string Database, string Table, string? Model, long Delete, long Update, long Insert,
    string? Columns = null) : IChangeResult
{
    /// <summary>All rows.</summary>
    internal long Rows => Delete + Update + Insert;

    /// <summary>Both changes of one table.</summary>
    internal TableChangeSummary And(TableChangeSummary other) =>
        this with { Delete = Delete + other.Delete, Update = Update + other.Update, Insert = Insert + other.Insert };

    /// <summary>The result of an operation that changes tables so.</summary>
    internal static ChangeResult Result(
        Session session, string operation, IReadOnlyCollection<TableChangeSummary> tables, Afterwards stale,
        OperationContext context) => new()
        {
            Server = session.Server,
            Database = session.Database,
            Operation = operation,
            Deleted = tables.Sum(t => t.Delete),
            Updated = tables.Sum(t => t.Update),
            Inserted = tables.Sum(t => t.Insert),
            Stale = stale.What,
            Afterwards = stale.Commands,
            Duration = context.Seconds,
        };

    /// <summary>
    /// What the application keeps besides the rows of these tables, and does not know to have changed.
    /// </summary>
    /// <param name="catalog">The models.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="leavesTrees">Whether nodes were deleted without counting their tree anew.</param>
    internal static Afterwards Stale(
        ReferenceCatalog catalog, IReadOnlyCollection<TableChangeSummary> tables, bool leavesTrees = false)
    {
        string[] deleted = [.. tables.Where(t => t.Delete > 0).Select(t => t.Table)];
        return Afterwards.Of(catalog, [.. tables.Select(t => t.Model).OfType<string>()], [])
            .And(Afterwards.FilesOf(catalog, deleted))
            .And(leavesTrees ? Afterwards.TreeNumbersOf(catalog, deleted) : Afterwards.None);
    }

    /// <summary>
    /// The new values of kept rows' columns, by table, as <c>content_type_id = NULL</c>; where they differ, the column
    /// alone.
    /// </summary>
    internal static Dictionary<string, string> ColumnsOf(IEnumerable<RowChange> kept)
    {
        Dictionary<(string Table, string Column), (string? Value, bool Differs)> seen = [];
        foreach (RowChange row in kept)
            if (row.Column is { } column)
                seen[(row.Table, column)] =
                    seen.TryGetValue((row.Table, column), out (string? Value, bool Differs) before)
                        ? (before.Value, before.Differs || before.Value != row.NewValue)
                        : (row.NewValue, false);
        return seen
            .GroupBy(s => s.Key.Table)
            .ToDictionary(t => t.Key,
                t => string.Join(", ",
                    t.Select(s => s.Value.Differs ? s.Key.Column : $"{s.Key.Column} = {s.Value.Value ?? "NULL"}")));
    }

    /// <summary>Counts what is planned, by table, in order of their names.</summary>
    internal static IReadOnlyList<TableChangeSummary> Of(
        Session session, ReferenceCatalog catalog, ChangeSet changes, CancellationToken cancellation)
    {
        List<TableChangeSummary> tables = [];
        foreach (TablePlan table in changes.Tables.Where(t => t.Planned + t.Expected > 0))
        {
            Dictionary<string, long> rows = session.Query<(string Action, long Rows)>(
                $"select _action, count(*) from {table.Name} group by 1", cancellation)
                .ToDictionary(r => r.Action, r => r.Rows);
            tables.Add(new TableChangeSummary(
                session.Server, session.Database, table.Table.DisplayName, catalog.LabelOf(table.Table),
                rows.GetValueOrDefault("D"), rows.GetValueOrDefault("U"),
                rows.GetValueOrDefault("I") + table.Expected));
        }
        return [.. tables.OrderBy(t => t.Table, StringComparer.Ordinal)];
    }
}
