using Npgsql;

namespace DataOps.Core.Changes.Batches;

/// <summary>
/// One short transaction on a live site: it waits shortly for its locks, so that nobody queues up behind it, and tries
/// again with pauses.
/// </summary>
/// <param name="session">The session, in no transaction.</param>
/// <param name="limits">How long to wait, and how often.</param>
/// <param name="context">Stops it.</param>
internal sealed class ShortTransaction(Session session, BatchLimits limits, OperationContext context)
{
    /// <summary>Attempts that failed because another session held a lock.</summary>
    public int Retries { get; private set; }

    /// <summary>Runs it, and commits.</summary>
    /// <exception cref="DataOpsException">Somebody was in the way every time, or the server refused something: nothing
    /// is changed.</exception>
    public void Run(Action work)
    {
        for (int attempt = 1; ; attempt++)
            try
            {
                using NpgsqlTransaction transaction = session.Connection.BeginTransaction(
                    System.Data.IsolationLevel.ReadCommitted);
                session.LimitLockWait(limits.LockTimeout, context.Cancellation);
                work();
                context.Cancellation.ThrowIfCancellationRequested();
                session.Guard(transaction.Commit);
                return;
            }
            catch (DataOpsException e) when (e.Kind == FailureKind.Busy && attempt < limits.Attempts)
            {
                Retries++;
                limits.Pause(attempt, e, context);
            }
    }
}
