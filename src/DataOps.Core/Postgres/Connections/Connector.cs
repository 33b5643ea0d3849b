using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>
/// Opens connections, and refuses those on which the rest of the program could not keep its promises.
/// </summary>
internal static class Connector
{
    private const int OldestServer = 13;
    private const int PoolerProbes = 10;

    /// <summary>Opens a prepared connection to a place that nothing is known of yet.</summary>
    public static NpgsqlConnection Open(
        ConnectionSettings settings, string application, CancellationToken cancellation) =>
        Connect(settings, application, connection =>
        {
            RefuseOldServer(connection, settings);
            // Before anything is set: behind a pooler the setting would stay on a connection of the site's own.
            RefusePooledTransactions(connection, settings, cancellation);
            SessionSettings.Apply(connection, settings.LockTimeout);
        }, cancellation);

    /// <summary>Opens one more prepared connection to where one is open already.</summary>
    public static NpgsqlConnection OpenAnother(
        ConnectionSettings settings, string application, CancellationToken cancellation) =>
        Connect(settings, application, connection => SessionSettings.Apply(connection, settings.LockTimeout),
            cancellation);

    /// <summary>Opens a connection again that was prepared before and is closed.</summary>
    public static void Reopen(NpgsqlConnection connection, ConnectionSettings settings)
    {
        try
        {
            connection.Open();
            SessionSettings.Apply(connection, settings.LockTimeout);
        }
        catch (Exception e) when (PostgresFailure.Translate(e, settings, CancellationToken.None) is { } failure)
        {
            throw failure;
        }
    }

    // Of PostgreSQL's types only those that our own queries read: each of the others is code that starts, too.
    private static NpgsqlDataSource Source(string connectionString)
    {
        NpgsqlSlimDataSourceBuilder builder = new(connectionString);
        return builder.EnableArrays().EnableTransportSecurity().EnableIntegratedSecurity().Build();
    }

    private static NpgsqlConnection Connect(ConnectionSettings settings, string application,
        Action<NpgsqlConnection> prepare, CancellationToken cancellation)
    {
        NpgsqlConnection connection = Source(settings.ConnectionString(application)).CreateConnection();
        Task open = connection.OpenAsync(cancellation);
        try
        {
            // Npgsql does not notice a cancellation while it waits for the first byte of a server that does not answer.
            open.WaitAsync(cancellation).GetAwaiter().GetResult();
            prepare(connection);
            return connection;
        }
        catch (Exception e)
        {
            // What is still connecting cannot be closed before it gives up.
            open.ContinueWith(_ => connection.Dispose(), TaskScheduler.Default);
            if (PostgresFailure.Translate(e, settings, cancellation) is { } failure)
                throw failure;
            throw;
        }
    }

    // Behind a pooler that shares server connections by transaction, settings, snapshots, temporary tables and locks
    // end up on someone else's connection. The sign: two clients take turns on one server process. On a busy pooler
    // that takes a few rounds to show.
    private static void RefusePooledTransactions(
        NpgsqlConnection connection, ConnectionSettings settings, CancellationToken cancellation)
    {
        int process = ServerProcess(connection);
        if (process == connection.ProcessID)
            return;
        using NpgsqlConnection second = Connect(settings, connection.ApplicationName(), _ => { }, cancellation);
        for (int i = 0; i < PoolerProbes; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (ServerProcess(second) == process || ServerProcess(connection) != process)
                throw new DataOpsException(
                    ErrorIds.PooledTransactions,
                    FailureKind.Connection,
                    $"{settings.Server} is a connection pooler in transaction mode: it would spread one piece of " +
                        $"work over several server connections.",
                    "Connect to PostgreSQL itself (often port 5432), or to a pool with pool_mode = session.",
                    settings.Server);
        }
    }

    private static void RefuseOldServer(NpgsqlConnection connection, ConnectionSettings settings)
    {
        if (connection.PostgreSqlVersion.Major < OldestServer)
            throw new DataOpsException(
                ErrorIds.ServerTooOld,
                FailureKind.Connection,
                $"{settings.Server} is PostgreSQL {connection.PostgreSqlVersion}; DataOps works with " +
                    $"{OldestServer} and later.",
                "Upgrade the server, or restore its dump into a newer one and work there.",
                settings.Server);
    }

    private static int ServerProcess(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = new("select pg_catalog.pg_backend_pid()", connection);
        return (int)command.ExecuteScalar()!;
    }
}
