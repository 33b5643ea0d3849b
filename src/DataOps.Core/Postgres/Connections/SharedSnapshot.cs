using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>What a session's transaction sees of the database, for other connections to see the same.</summary>
/// <param name="session">The session, in a transaction that stays open until all of them are.</param>
/// <param name="name">The snapshot's name, as pg_export_snapshot gave it.</param>
internal sealed class SharedSnapshot(Session session, string name)
{
    /// <summary>The snapshot's name.</summary>
    public string Name => name;

    /// <summary>Exports the snapshot of a session's transaction.</summary>
    /// <exception cref="DataOpsException">The server refused it.</exception>
    public static SharedSnapshot Of(Session session, CancellationToken cancellation) =>
        new(session, session.Query<string>($"select pg_export_snapshot()", cancellation).Single());

    /// <summary>Opens another connection, in a transaction that sees the same and ends with it.</summary>
    /// <exception cref="DataOpsException"><c>SnapshotElsewhere</c>: it leads to another server. No
    /// connection.</exception>
    public Session Fork(CancellationToken cancellation)
    {
        Session fork = session.Fork(cancellation);
        try
        {
            fork.BeginSnapshot();
            fork.Run($"set transaction snapshot {SqlText.Literal(name)}", cancellation);
            return fork;
        }
        catch (DataOpsException e) when (e.InnerException is PostgresException
        {
            SqlState: PostgresErrorCodes.InvalidParameterValue or PostgresErrorCodes.UndefinedObject
        })
        {
            fork.Dispose();
            throw new DataOpsException(
                ErrorIds.SnapshotElsewhere, FailureKind.Connection,
                $"A second connection to {session.Server} does not know the first one's snapshot: it leads to another "
                    + "server, or the first connection was ended meanwhile.",
                "Connect to one PostgreSQL server itself, not to a load balancer; the server's log tells why it ended "
                    + "a connection.",
                session.Server, e);
        }
        catch
        {
            fork.Dispose();
            throw;
        }
    }
}
