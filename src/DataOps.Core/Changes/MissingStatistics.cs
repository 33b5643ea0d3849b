namespace DataOps.Core.Changes;

/// <summary>
/// Makes the statistics that large tables lack, as just after a restore, before a change that asks for rows by their
/// keys: without them PostgreSQL reads whole tables for a few rows.
/// </summary>
internal static class MissingStatistics
{
    // A smaller table is read in no time.
    private const int Pages = 32;

    /// <summary>
    /// Analyses the tables, each by itself and in no transaction: it keeps nobody from reading or writing, and waits
    /// for nobody. A plan that is only told, and a part of another change, analyse nothing.
    /// </summary>
    public static void Make(
        Session session, DatabaseCatalog catalog, ChangeOptions options, OperationContext context)
    {
        if (options.WhatIf || options.Whole is not null)
            return;
        IReadOnlyList<Table> missing = UnanalysedTables.Find(session, catalog, Pages, context.Cancellation);
        IReadOnlyList<Table> tables = missing.Count == 0
            ? []
            : UnanalysedTables.MayBeAnalysed(session, missing, context.Cancellation);
        for (int i = 0; i < tables.Count; i++)
        {
            context.Report($"Analysing {tables[i].DisplayName}", i, tables.Count);
            Analyse(session, tables[i], context);
        }
    }

    private static void Analyse(Session session, Table table, OperationContext context)
    {
        try
        {
            session.Run($"analyze (skip_locked) {table}", context.Cancellation);
        }
        catch (DataOpsException e) when (e.Kind is FailureKind.Busy or FailureKind.Limit && session.IsOpen)
        {
            context.Warning?.Invoke($"{table.DisplayName} has no statistics, and none could be made: {e.Message}");
        }
    }
}
