using System.Diagnostics;
using DataOps.Core.Catalog;
using DataOps.Core.Changes;
using DataOps.Core.Connections;
using Npgsql;

namespace DataOps.Core.Integrity;

/// <summary>Repairs rows whose reference has no target: clears, repoints, deletes or quarantines them, or brings back what they miss, in one transaction.</summary>
/// <remarks>
/// Each orphan is looked at again before it is touched, and once more under its lock. What depends on a row that is deleted follows Django's on_delete.
/// </remarks>
[Operation("Repair", "Orphan", AsksFirst = true)]
public sealed class RepairOrphan : IOperation<RepairOrphanOptions, IChangeResult>
{
    private const string Name = "Repair-Orphan";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name matches nothing, an action does not suit or is not told, rows are protected, or others were there meanwhile: nothing is changed.</exception>
    public IEnumerable<IChangeResult> Run(Session session, RepairOrphanOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Check(options);
        string? undo = options.NoUndo || options.WhatIf ? null : UndoPlace.Resolve(options.UndoPath, session.Database, Name);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference);
        using NpgsqlTransaction transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        // Hash tables of parents' keys should not spill to disk: the keys of a million rows need about 50 MB.
        session.Execute("set local work_mem = '64MB'", context.Cancellation);
        using ChangeSet changes = new(session, Name, context.Cancellation);
        RepairRun run = new(session, catalog, options, changes, context);
        run.Find();
        bool tells = options.WhatIf || options.Detailed;
        // The plan shows what is still to be decided.
        foreach (OrphanPlan step in tells ? run.DescribeSteps() : [])
            yield return step;
        RepairRefusal.Require(catalog, run.Steps);
        run.Plan();
        foreach (TablePlan table in tells ? run.Tables : [])
            yield return table;
        foreach (RowChange row in options.Detailed ? run.DescribeRows() : [])
            yield return row;
        string? undoPath = null;
        bool changed = !options.WhatIf && run.Tables.Count > 0;
        if (changed)
        {
            run.Apply();
            undoPath = undo is null ? null : changes.WriteUndo(undo);
            changes.Commit(transaction);
        }
        yield return Result(session, catalog, run, options, changed, undoPath, watch, context);
    }

    private static RepairOrphanResult Result(
        Session session, ReferenceCatalog catalog, RepairRun run, RepairOrphanOptions options, bool changed, string? undoPath, Stopwatch watch, OperationContext context)
    {
        StaleState stale = StaleState.Of(catalog, [.. run.Tables.Select(t => t.Model).OfType<string>()], []);
        if (stale.What is not null && changed)
            context.Warning?.Invoke($"Rows were changed without the application, which does not know of it: {stale.What}. Due: {stale.Commands}.");
        long rows = run.Tables.Sum(t => t.Delete + t.Update + t.Insert);
        return new RepairOrphanResult(
            session.Server, session.Database, Name, changed, options.WhatIf ? 0 : rows, rows, run.Steps.Sum(s => s.Orphans.Count),
            run.Tables.Sum(t => t.Delete), run.Tables.Sum(t => t.Update), run.Tables.Sum(t => t.Insert), run.Skipped,
            stale.What, stale.Commands, undoPath, Math.Round(watch.Elapsed.TotalSeconds, 3));
    }

    private static void Check(RepairOrphanOptions options)
    {
        if (options is { NoUndo: true, UndoPath: not null })
            throw Contradicting("-NoUndo and -UndoPath contradict each other.", "Leave one of them out.", nameof(options.NoUndo));
        if (options.Action == OrphanAction.Repoint != options.To is not null)
            throw Contradicting("-Action Repoint and -To belong together: what to do, and the key to refer to.", "Give both, or neither.", nameof(options.To));
        if (options.QuarantineTable is not null && options.Action != OrphanAction.Quarantine)
            throw Contradicting("-QuarantineTable goes with -Action Quarantine alone.", "Leave one of them out.", nameof(options.QuarantineTable));
    }

    private static DataOpsException Contradicting(string message, string advice, string target) =>
        new("ContradictingOptions", FailureKind.InvalidArgument, message, advice, target);
}
