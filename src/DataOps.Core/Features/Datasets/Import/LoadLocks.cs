namespace DataOps.Core.Features.Datasets.Import;

/// <summary>The locks that a load takes at once, beside the room that the server has for them.</summary>
/// <remarks>
/// A transaction locks each table that it touches with all indexes, and temporary tables, too:
/// https://www.postgresql.org/docs/current/runtime-config-locks.html
/// </remarks>
internal static class LoadLocks
{
    // A staging table; what is planned of a table, with its index.
    private const int OfModel = 3;

    // A staging table and its view, the entries that are new, and what is planned of the list's table, with its index.
    private const int OfList = 5;

    // The catalogue's tables, and some that a load makes.
    private const int OfAll = 100;

    /// <summary>Makes sure that the server has room.</summary>
    /// <exception cref="DataOpsException"><c>TooManyLocks</c>: how many are needed, and the setting.</exception>
    public static void Require(
        Session session, ReferenceCatalog catalog, IReadOnlyList<StagingTable> tables, CancellationToken cancellation)
    {
        long needed = Needed(catalog, tables);
        // Background processes have a share as well as connections.
        (long each, long processes) = session.Query<(long Each, long Processes)>($"""
            select current_setting('max_locks_per_transaction')::int8,
              (select sum(setting::int8) + 1 from pg_settings where name in ('max_connections',
                'max_prepared_transactions', 'max_worker_processes', 'max_wal_senders',
                case when current_setting('server_version_num')::int >= 180000 then 'autovacuum_worker_slots'
                  else 'autovacuum_max_workers' end))::int8
            """, cancellation)[0];
        if (needed <= each * processes)
            return;
        long setting = (needed + needed / 10 + processes - 1) / processes;
        throw new DataOpsException(
            ErrorIds.TooManyLocks, FailureKind.Limit,
            $"A load of {Counted.Of(tables.Count, "model")} needs about {needed} locks at once, and the server has "
                + $"room for {each * processes}. Nothing was loaded.",
            $"Set max_locks_per_transaction to {setting} or more (now {each}) and restart the server; or load in "
                + "several steps with -Model.", session.Database);
    }

    private static long Needed(ReferenceCatalog catalog, IReadOnlyList<StagingTable> tables)
    {
        HashSet<Table> touched = [.. tables.Select(t => t.Model.Table)];
        foreach (StagingTable table in tables)
        {
            touched.UnionWith(catalog.From(table.Model.Table).OfType<TargetReference>().Select(r => r.Target));
            touched.UnionWith(table.Lists.Where(l => l.Buffer.Rows > 0).Select(l => l.List.Table));
        }
        return OfAll + touched.Sum(t => 1L + t.Indexes.Count) + tables.Sum(t => OfModel + (t.HasIndex ? 1L : 0))
            + (tables.Sum(t => t.Lists.Count(l => l.Buffer.Rows > 0)) * OfList);
    }
}
