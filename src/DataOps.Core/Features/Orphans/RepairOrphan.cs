using System.Diagnostics;
using DataOps.Core.Changes;
using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.Orphans;

/// <summary>
/// Repairs rows whose reference has no target: clears, repoints, deletes or quarantines them, or brings back what they miss, in one transaction.
/// </summary>
/// <remarks>
/// Each orphan is looked at again before it is touched, and once more under its lock. What depends on a row that is deleted follows Django's on_delete.
/// </remarks>
[Operation("Repair", "Orphan", AsksFirst = true)]
public sealed class RepairOrphan : Operation<RepairOrphanOptions, IChangeResult>
{
    private const string Name = "Repair-Orphan";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name matches nothing, an action does not suit or is not told, rows are protected, or others were there
    /// meanwhile: nothing is changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(Session session, RepairOrphanOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? undo = UndoPlace.Of(options, session.Database, Name);
        RepairOptions.Check(options);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference);
        return options is { BatchSize: { } size, WhatIf: false }
            ? InBatches(session, catalog, options, new BatchedChange(session, Name, BatchLimits.Of(size), undo, context), watch, context)
            : AtOnce(session, catalog, options, undo, watch, context);
    }

    private static IEnumerable<IChangeResult> AtOnce(
        Session session, ReferenceCatalog catalog, RepairOrphanOptions options, string? undo, Stopwatch watch, OperationContext context)
    {
        using NpgsqlTransaction transaction = Begin(session, context);
        using ChangeSet changes = new(session, Name, context.Cancellation);
        RepairSelection selection = new(session, catalog, options, outlives: false, context);
        IReadOnlyList<RepairStep> steps = selection.Steps(changes);
        bool tells = options.WhatIf || options.Detailed;
        // The plan shows what is still to be decided.
        foreach (RepairStep step in tells ? steps : [])
            yield return step.Describe(session, catalog);
        if (options.WhatIf && RepairRefusal.Undecided(steps) is { } undecided)
        {
            context.Warning?.Invoke($"{undecided.Message}\n{undecided.Advice}");
            steps = [.. steps.Where(s => s.Action is not null)];
        }
        RepairRefusal.Require(catalog, steps);
        RepairRun run = new(session, catalog, options, changes, steps, context);
        context.Report("Planning", 0, steps.Sum(s => s.Orphans.Count));
        run.Plan();
        foreach (TableChangeSummary table in tells ? run.Tables : [])
            yield return table;
        foreach (RowChange row in options.Detailed ? run.DescribeRows() : [])
            yield return row;
        string? undoPath = null;
        bool goes = !options.WhatIf && run.Tables.Count > 0;
        if (goes)
        {
            context.Report("Changing", 0, changes.Planned);
            changes.Lock();
            run.Apply();
            undoPath = undo is null ? null : changes.WriteUndo(undo);
            changes.Commit(transaction);
        }
        yield return Result(session, catalog, run.Tables, steps, selection.Skipped, goes ? 1 : 0, options.WhatIf, undoPath, watch, context);
    }

    private static IEnumerable<IChangeResult> InBatches(
        Session session, ReferenceCatalog catalog, RepairOrphanOptions options, BatchedChange batches, Stopwatch watch, OperationContext context)
    {
        RepairSelection selection = new(session, catalog, options, outlives: true, context);
        IReadOnlyList<RepairStep> steps;
        using (NpgsqlTransaction transaction = Begin(session, context))
        {
            using ChangeSet changes = new(session, Name, context.Cancellation);
            steps = selection.Steps(changes);
            RepairRefusal.Require(catalog, steps);
            if (options.Action == OrphanAction.Quarantine && steps.Count > 0)
            {
                new QuarantineTable(session, catalog, changes, options.QuarantineTable, context.Cancellation).Make();
                catalog = ReferenceCatalog.Read(session, options.SoftReference);
            }
            transaction.Commit();
        }
        RepairBatches run = new(session, catalog, options, batches, context);
        try
        {
            run.Run(steps);
        }
        finally
        {
            selection.Forget();
        }
        yield return Result(session, catalog, run.Tables, steps, selection.Skipped, batches.Batches, whatIf: false, batches.UndoPath, watch, context);
        batches.ThrowIfStopped();
    }

    private static NpgsqlTransaction Begin(Session session, OperationContext context)
    {
        NpgsqlTransaction transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        // Hash tables of parents' keys should not spill to disk: the keys of a million rows need about 50 MB.
        session.Execute("set local work_mem = '64MB'", context.Cancellation);
        return transaction;
    }

    private static RepairOrphanResult Result(
        Session session, ReferenceCatalog catalog, IReadOnlyList<TableChangeSummary> tables, IReadOnlyList<RepairStep> steps, long skipped, int batches, bool whatIf,
        string? undoPath, Stopwatch watch, OperationContext context)
    {
        Afterwards stale = Afterwards.Of(catalog, [.. tables.Select(t => t.Model).OfType<string>()], []);
        if (batches > 0)
            stale.Warn(context);
        long rows = tables.Sum(t => t.Rows);
        return new RepairOrphanResult
        {
            Server = session.Server,
            Database = session.Database,
            Operation = Name,
            Changed = batches > 0,
            Count = whatIf ? 0 : rows,
            WouldChange = rows,
            Deleted = tables.Sum(t => t.Delete),
            Updated = tables.Sum(t => t.Update),
            Inserted = tables.Sum(t => t.Insert),
            Stale = stale.What,
            Afterwards = stale.Commands,
            UndoPath = undoPath,
            Duration = Math.Round(watch.Elapsed.TotalSeconds, 3),
            Orphans = steps.Sum(s => s.Orphans.Count),
            Skipped = skipped,
            Batches = batches,
        };
    }
}
