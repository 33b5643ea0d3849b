using Npgsql;

namespace DataOps.Core.Changes;

/// <summary>What became of a transaction whose connection broke while it committed.</summary>
internal static class CommitOutcome
{
    private const int Tries = 25;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Commits; where the connection breaks meanwhile, the server is asked over a new one what became of it, until it
    /// knows or several seconds have passed.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="undoPath">The undo file; null when there is none.</param>
    /// <param name="keep">Called when nobody can tell: then the undo file stays.</param>
    /// <exception cref="DataOpsException">It was rolled back; or <c>CommitUnknown</c>.</exception>
    public static void Commit(
        Session session, NpgsqlTransaction transaction, string? undoPath, Action keep)
    {
        string id = session.Query<string>($"select pg_current_xact_id()::text")[0];
        try
        {
            transaction.Commit();
        }
        catch (Exception e) when (PostgresFailure.Translate(e, session.Settings) is { } failure)
        {
            bool isOpen = session.Connection.FullState.HasFlag(System.Data.ConnectionState.Open);
            switch (isOpen ? "aborted" : Ask(session, id))
            {
                case "committed":
                    return;
                case "aborted":
                    throw failure;
                default:
                    keep();
                    throw Unknown(session, undoPath, failure);
            }
        }
    }

    private static string? Ask(Session session, string transaction)
    {
        for (int i = 0; i < Tries; i++)
        {
            string? status = Read(session, transaction);
            if (status is "committed" or "aborted")
                return status;
            Thread.Sleep(Pause);
        }
        return null;
    }

    private static DataOpsException Unknown(Session session, string? undoPath, Exception cause) => new(
        ErrorIds.CommitUnknown, FailureKind.Connection,
        "The connection broke during the commit, and the server cannot be asked whether it was done."
            + (undoPath is null ? "" : $" If it was, {undoPath} undoes it."),
        "Check the rows before you run it again.", undoPath ?? session.Database, cause);

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
