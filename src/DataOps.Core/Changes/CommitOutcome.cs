namespace DataOps.Core.Changes;

/// <summary>What became of a transaction whose connection broke while it committed.</summary>
internal static class CommitOutcome
{
    private const int Tries = 25;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Asks the server over a new connection, until it knows or several seconds have passed.</summary>
    /// <param name="session">The session whose connection broke.</param>
    /// <param name="transaction">pg_current_xact_id() of the transaction.</param>
    /// <param name="unknown">The failure to throw when nobody can tell.</param>
    public static bool IsCommitted(Session session, string transaction, Func<DataOpsException> unknown)
    {
        for (int i = 0; i < Tries; i++)
        {
            string? status = Read(session, transaction);
            if (status is "committed" or "aborted")
                return status == "committed";
            Thread.Sleep(Pause);
        }
        throw unknown();
    }

    private static string? Read(Session session, string transaction)
    {
        try
        {
            using Session another = session.Fork();
            return another.Query<string?>($"select pg_xact_status({SqlText.Value(transaction)}::xid8)")[0];
        }
        catch (DataOpsException e) when (e.Kind == FailureKind.Connection)
        {
            // The server restarts, or is gone: the next try will tell.
            return null;
        }
    }
}
