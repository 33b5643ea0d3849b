namespace DataOps.Core.Features.Schema;

/// <summary>
/// Tables with rows that were never analysed, as after a restore: PostgreSQL plans its queries without knowing what is
/// in them.
/// </summary>
internal static class StatisticsAudit
{
    private const int Named = 3;

    /// <summary>One finding for the database, or none.</summary>
    /// <remarks>A table of one page needs no plan.</remarks>
    public static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation)
    {
        IReadOnlyList<Table> tables = UnanalysedTables.Find(session, catalog.Database, pages: 1, cancellation);
        if (tables.Count == 0)
            yield break;
        string names = string.Join(", ", tables.Take(Named).Select(t => t.DisplayName));
        yield return SchemaAudit.Of(session, catalog, null, SchemaProblem.Statistics) with
        {
            Severity = Severity.Expected,
            Count = tables.Count,
            Problem = tables.Count == 1
                ? $"{names} was never analysed: PostgreSQL plans its queries without knowing what is in it"
                : $"{tables.Count} tables were never analysed, the largest are {names}: PostgreSQL plans their "
                    + "queries without knowing what is in them",
            Remedy = tables.Count <= Named
                ? ((SqlText)$"analyze {tables.Select(t => t.Sql)}").ToString()
                : "analyze",
        };
    }
}
