using Npgsql;

namespace DataOps.Core.Connections;

/// <summary>Opens connections, and refuses those on which the rest of the program could not keep its promises.</summary>
internal static class Connector
{
    private const int OldestServer = 13;

    public static NpgsqlConnection Open(ConnectionSettings settings, string application, CancellationToken cancellation)
    {
        NpgsqlConnection connection = new(settings.ConnectionString(application));
        try
        {
            // The asynchronous form is the one that can be cancelled while a host does not answer.
            connection.OpenAsync(cancellation).GetAwaiter().GetResult();
            RefuseOldServer(connection, settings);
            SessionSettings.Apply(connection, settings.LockTimeout);
            return connection;
        }
        catch (Exception e)
        {
            connection.Dispose();
            if (PostgresFailure.Translate(e, settings, cancellation) is { } failure)
                throw failure;
            throw;
        }
    }

    // Behind a pooler that shares server connections by transaction, settings, snapshots, temporary tables and locks end up on someone else's connection.
    // The sign: a second client gets the server process that this one holds.
    public static void RefusePooledTransactions(NpgsqlConnection connection, ConnectionSettings settings, CancellationToken cancellation)
    {
        int process = ServerProcess(connection);
        if (process == connection.ProcessID)
            return;
        using NpgsqlConnection second = Open(settings, "DataOps", cancellation);
        if (ServerProcess(second) == process || ServerProcess(connection) != process)
            throw new DataOpsException(
                "PooledTransactions",
                FailureKind.Connection,
                $"{settings.Server} is a connection pooler in transaction mode: it would spread one piece of work over several server connections.",
                "Connect to PostgreSQL itself (often port 5432), or to a pool with pool_mode = session.",
                settings.Server);
    }

    private static void RefuseOldServer(NpgsqlConnection connection, ConnectionSettings settings)
    {
        if (connection.PostgreSqlVersion.Major < OldestServer)
            throw new DataOpsException(
                "ServerTooOld",
                FailureKind.Connection,
                $"{settings.Server} is PostgreSQL {connection.PostgreSqlVersion}; DataOps works with {OldestServer} and later.",
                "Upgrade the server, or restore its dump into a newer one and work there.",
                settings.Server);
    }

    private static int ServerProcess(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = new("select pg_catalog.pg_backend_pid()", connection);
        return (int)command.ExecuteScalar()!;
    }
}
