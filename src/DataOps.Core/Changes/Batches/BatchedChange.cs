using System.Diagnostics;
using System.Runtime.ExceptionServices;
using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Changes.Batches;

/// <summary>
/// Changes of any size to a live database: many short transactions, each of which is in the one undo file before it
/// commits.
/// </summary>
/// <remarks>
/// Whoever is in the way is waited for shortly, and the rows come again when the others are done, planned anew. A run
/// that stops, for whatever reason, leaves whole batches; run again, it finds what is left, and begins another undo
/// file.
/// <code>
/// BatchedChange batches = new(session, catalog, Name, BatchLimits.Of(options.BatchSize), undo, context);
/// batches.Run("Deleting", keys, (change, rows) => change.Changes.Of(table).PlanDelete($"from {table} t join {rows} b
/// on b.id = t.id where …")); yield return Result(batches);
/// batches.ThrowIfStopped();
/// </code>
/// </remarks>
/// <param name="session">The session, in no transaction.</param>
/// <param name="catalog">The models and who refers to whom.</param>
/// <param name="operation">The operation, as <c>Repair-Orphan</c>.</param>
/// <param name="limits">How gentle to be.</param>
/// <param name="undo">Where the undo file goes; null for none.</param>
/// <param name="context">Stops it between or within batches, and hears how far it is.</param>
internal sealed class BatchedChange(
    Session session, ReferenceCatalog catalog, string operation, BatchLimits limits, UndoPlace? undo,
    OperationContext context)
{
    private readonly Dictionary<string, TableChangeSummary> _tables = [];
    private readonly UndoBatches? _undo = undo is null ? null : new(undo, operation);
    private int _size = limits.BatchSize;
    private Exception? _stopped;

    /// <summary>Transactions that were committed.</summary>
    public int Batches { get; private set; }

    /// <summary>Rows of the selection that are done: changed, or found to need no change any more.</summary>
    public long Done { get; private set; }

    /// <summary>Rows of the selection.</summary>
    public long Total { get; private set; }

    /// <summary>Rows changed, those that depend on the selection's included.</summary>
    public long Rows { get; private set; }

    /// <summary>Attempts that failed because another session held a lock.</summary>
    public int Retries { get; private set; }

    /// <summary>The undo file; null when nothing was written.</summary>
    public string? UndoPath => _undo is { Count: > 0 } ? _undo.Place.Path : null;

    /// <summary>Whether it ended before its time.</summary>
    public bool IsStopped => _stopped is not null;

    /// <summary>
    /// Works through a selection; several may follow each other, into the same undo file. After a stop it does nothing.
    /// </summary>
    /// <param name="activity">What is done, for the progress: <c>Deleting from blog_comment</c>.</param>
    /// <param name="keys">A query of the keys of the selection's rows, whatever their columns: read once, before the
    /// first batch.</param>
    /// <param name="plan">Plans what is still to be done to some of them: gets the change, and a relation with the
    /// columns of that query.</param>
    /// <param name="apply">Writes the locked rows; the parts of the plan do when absent.</param>
    /// <returns>Whether all of it was done; if not, <see cref="ThrowIfStopped"/> says why.</returns>
    public bool Run(string activity, SqlText keys, Action<ChangeRun, SqlText> plan, Action<ChangeSet>? apply = null)
    {
        if (IsStopped)
            return false;
        try
        {
            undo?.Prepare();
            using WorkList work = new(session, keys, context.Cancellation);
            Total += work.Count;
            Work(activity, work, plan, apply);
        }
        catch (Exception e) when (e is DataOpsException or OperationCanceledException)
        {
            _stopped = e;
        }
        return !IsStopped;
    }

    /// <summary>What came of all batches together, whether it was stopped or not.</summary>
    public ChangeResult Finish()
    {
        Afterwards stale = TableChangeSummary.Stale(catalog, _tables.Values, leavesTrees: true);
        if (Batches > 0)
            stale.Warn(context);
        return TableChangeSummary.Result(session, operation, _tables.Values, stale, context) with
        {
            Changed = Batches > 0, Count = Rows, WouldChange = Rows, UndoPath = UndoPath,
        };
    }

    /// <summary>
    /// Fails with what stopped it, and what was done until then; to be called when the result is told.
    /// </summary>
    /// <exception cref="DataOpsException">What stopped it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void ThrowIfStopped()
    {
        if (_stopped is DataOpsException e && Batches > 0)
        {
            string undo = UndoPath is null ? "" : $" and in {UndoPath}";
            throw new DataOpsException(
                e.Id, e.Kind,
                $"{operation} stopped after {Counted.Of(Batches, "batch", "batches")} with {Done} of {Total} rows, "
                    + $"which are done{undo}: {e.Message}",
                $"Run it again for the rest. {e.Advice}".TrimEnd(), e.Target, e);
        }
        if (_stopped is { } stopped)
            ExceptionDispatchInfo.Throw(stopped);
    }

    private void Work(string activity, WorkList work, Action<ChangeRun, SqlText> plan, Action<ChangeSet>? apply)
    {
        int failures = 0;
        for ((long First, long Last)? next = work.Next(_size); next is { } rows; next = work.Next(_size))
        {
            context.Report(activity, Done, Total);
            try
            {
                Change(WorkList.Rows(rows), plan, apply);
                (Done, failures) = (Done + rows.Last - rows.First + 1, 0);
            }
            catch (DataOpsException e) when (e.Kind == FailureKind.Busy && ++failures < limits.Attempts)
            {
                Retries++;
                work.PutBack(rows);
                limits.Pause(failures, e, context);
            }
        }
    }

    private void Change(SqlText rows, Action<ChangeRun, SqlText> plan, Action<ChangeSet>? apply)
    {
        // It may have broken in a commit of which the server then said that it was done.
        if (!session.Connection.FullState.HasFlag(System.Data.ConnectionState.Open))
            throw new DataOpsException(
                ErrorIds.ConnectionFailed, FailureKind.Connection, $"The connection to {session.Settings} failed.",
                "Connect again; the server's log tells why it ended the connection.", session.Server);
        using ChangeRun change = new(session, catalog, operation, new ChangeWay.InBatches(_undo, limits), context);
        plan(change, rows);
        if (change.Rows == 0)
            return;
        long start = Stopwatch.GetTimestamp();
        change.Finish(apply is null ? null : () => apply(change.Changes), Afterwards.None);
        (Batches, Rows) = (Batches + 1, Rows + change.Rows);
        foreach (TableChangeSummary table in change.Tables)
            _tables[table.Table] = _tables.GetValueOrDefault(table.Table)?.And(table) ?? table;
        Adapt(Stopwatch.GetElapsedTime(start));
    }

    private void Adapt(TimeSpan held)
    {
        if (held > limits.LongestHold)
            _size = Math.Max(1, _size / 2);
        else if (held < limits.LongestHold / 4)
            _size = (int)Math.Min(limits.BatchSize, _size * 2L);
    }
}
