namespace DataOps.Core.Features.Datasets.Export;

/// <summary>The connections that an export reads over: the session itself, and others that see the same.</summary>
internal sealed class ExportSessions : IDisposable
{
    // As pg_dump does: a limit for the queries of the site is none for a dump of all of it. Whoever takes the file may
    // take his time.
    private static readonly SqlText s_limits =
        $"set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0";

    private readonly List<Session> _all;

    private ExportSessions(Session session) => _all = [session];

    /// <summary>All of them, the session first.</summary>
    public IReadOnlyList<Session> All => _all;

    /// <summary>Lifts the limits of a session's transaction.</summary>
    public static void LiftLimits(Session session, CancellationToken cancellation) =>
        session.Run(s_limits, cancellation);

    /// <summary>Opens them; where the server takes no more connections, those that it took are used.</summary>
    /// <param name="session">The session, in its snapshot.</param>
    /// <param name="count">How many there should be.</param>
    /// <param name="context">Hears of connections that were refused; cancels.</param>
    public static ExportSessions Of(Session session, int count, OperationContext context)
    {
        ExportSessions sessions = new(session);
        if (count == 1)
            return sessions;
        try
        {
            sessions.Open(count, context);
            foreach (Session fork in sessions._all.Skip(1))
                LiftLimits(fork, context.Cancellation);
        }
        catch
        {
            sessions.Dispose();
            throw;
        }
        return sessions;
    }

    private void Open(int count, OperationContext context)
    {
        SharedSnapshot snapshot = SharedSnapshot.Of(_all[0], context.Cancellation);
        try
        {
            while (_all.Count < count)
                _all.Add(snapshot.Fork(context.Cancellation));
        }
        catch (DataOpsException e)
        {
            context.Warning?.Invoke(
                $"The export reads over {Counted.Of(_all.Count, "connection")} instead of {count}: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Session fork in _all.Skip(1))
            fork.Dispose();
    }
}
