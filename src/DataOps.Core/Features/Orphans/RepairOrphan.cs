using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;
using Npgsql;

namespace DataOps.Core.Features.Orphans;

/// <summary>
/// Repairs orphans: clears or repoints their references, deletes or quarantines them, or recreates missing targets; in
/// one transaction.
/// </summary>
/// <remarks>
/// Each orphan is looked at again before it is touched, and once more under its lock. What depends on a row that is
/// deleted follows Django's on_delete.
/// </remarks>
[Operation("Repair", "Orphan", AsksFirst = true)]
public sealed class RepairOrphan : Operation<RepairOrphanOptions, IChangeResult>
{
    private const string Name = "Repair-Orphan";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name matches nothing, an action does not suit or is not told, rows are
    /// protected, or others were there meanwhile: nothing is changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, RepairOrphanOptions options, OperationContext context)
    {
        ChangeWay way = ChangeWay.For(session, Name, options);
        RepairOptions.Check(options);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference);
        MissingStatistics.Make(session, catalog.Database, options, context);
        if (options.BatchSize is not { } size)
            return AtOnce(session, catalog, options, way, context);
        IEnumerable<IChangeResult> plan = AtOnce(session, catalog, options with { WhatIf = true },
            new ChangeWay.WhatIfInBatches { MaxDelete = way.MaxDelete }, context);
        if (options.WhatIf)
            return plan;
        // What is refused is refused before the first batch: no limit and no name can be asked for in the middle.
        if (way.MaxDelete is not null || !options.Reference.Any() || options.Reference.Any(NameFilter.HasWildcards))
            _ = plan.Count();
        return InBatches(session, catalog, options, BatchLimits.Of(size), context);
    }

    private static IEnumerable<IChangeResult> AtOnce(
        Session session, ReferenceCatalog catalog, RepairOrphanOptions options, ChangeWay way, OperationContext context)
    {
        using ChangeRun change = new(session, catalog, Name, way, context);
        FavourMemory(session, context);
        RepairSelection selection = new(session, catalog, options, outlives: false, context);
        IReadOnlyList<RepairStep> steps = selection.Steps(change.Changes);
        // The plan shows what is still to be decided.
        foreach (RepairStep step in options.WhatIf || options.Detailed ? steps : [])
            yield return step.Describe(session, catalog);
        RepairRefusal.Require(catalog, steps);
        context.Report("Planning", 0, steps.Sum(s => s.Orphans.Count));
        new RepairRun(session, catalog, options, change, steps, context).Plan();
        foreach (IChangeResult told in change.Report(options, []))
            yield return told;
        ChangeResult done = change.Finish(stale: TableChangeSummary.Stale(catalog, change.Tables, leavesTrees: true));
        yield return Result(steps, selection.Skipped, done.Changed ? 1 : 0, done);
    }

    private static IEnumerable<IChangeResult> InBatches(
        Session session, ReferenceCatalog catalog, RepairOrphanOptions options, BatchLimits limits,
        OperationContext context)
    {
        BatchedChange batches = new(session, catalog, Name, limits, UndoPlace.Of(options, session, Name), context);
        RepairSelection selection = new(session, catalog, options, outlives: true, context);
        IReadOnlyList<RepairStep> steps;
        using (NpgsqlTransaction transaction = session.Connection.BeginTransaction(
            System.Data.IsolationLevel.ReadCommitted))
        {
            FavourMemory(session, context);
            using ChangeSet changes = new(session, Name, context.Cancellation);
            steps = selection.Steps(changes);
            RepairRefusal.Require(catalog, steps);
            if (options.Action == OrphanAction.Quarantine && steps.Count > 0)
            {
                new QuarantineTable(session, catalog, changes, options.QuarantineTable, steps, context).Make();
                catalog = ReferenceCatalog.Read(session, options.SoftReference);
            }
            transaction.Commit();
        }
        try
        {
            new RepairBatches(session, catalog, options, batches, context).Run(steps);
        }
        finally
        {
            selection.Forget();
        }
        yield return Result(steps, selection.Skipped, batches.Batches, batches.Finish());
        batches.ThrowIfStopped();
    }

    // Hash tables of parents' keys should not spill to disk: the keys of a million rows need about 50 MB.
    private static void FavourMemory(Session session, OperationContext context) =>
        session.Run($"set local work_mem = '64MB'", context.Cancellation);

    private static RepairOrphanResult Result(
        IReadOnlyList<RepairStep> steps, long skipped, int batches, ChangeResult done) =>
        done.With(new RepairOrphanResult
        {
            Orphans = steps.Sum(s => s.Orphans.Count),
            Skipped = skipped,
            Batches = batches,
        });
}
