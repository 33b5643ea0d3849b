using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DataOps.Core.Postgres.Servers;
using Npgsql;

namespace DataOps.Core.Tests.Support;

/// <summary>
/// A PgBouncer of the test's own, in front of a test database; run as an ordinary user, as it refuses root.
/// </summary>
public sealed class Pooler : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly string _database;

    private Pooler(Process process, string folder, string database, int port) =>
        (_process, _folder, _database, Port) = (process, folder, database, port);

    public int Port { get; }

    public ConnectionSettings Settings => ConnectionSettings.Parse($"postgres://postgres@127.0.0.1:{Port}/{_database}");

    /// <summary>Starts it, or skips the test where it is not installed.</summary>
    public static Pooler Start(TestDatabase database, string mode)
    {
        string? program =
            Array.Find(
                ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer",
                    "/opt/homebrew/bin/pgbouncer"], File.Exists);
        Assert.SkipWhen(program is null, "pgbouncer is not on this machine (Debian: apt-get install pgbouncer)");
        int port = FreePort();
        string folder = Directory.CreateTempSubdirectory("dataops-pooler-").FullName;
        string users = Path.Combine(folder, "users.txt");
        File.WriteAllText(users, "\"postgres\" \"\"\n");
        string settings = Path.Combine(folder, "pgbouncer.ini");
        File.WriteAllText(settings, $"""
            [databases]
            {database.Name} = host=127.0.0.1 port={database.Port} dbname={database.Name} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = trust
            auth_file = {users}
            pool_mode = {mode}
            logfile = {Path.Combine(folder, "log")}
            """);
        ServerUser user = ServerUser.Choose();
        user.Own(folder);
        Process process = Process.Start(user.Start(program, "-q", settings))!;
        Pooler pooler = new(process, folder, database.Name, port);
        pooler.WaitUntilReady();
        return pooler;
    }

    /// <summary>A connection as the site's own application has it.</summary>
    public NpgsqlConnection Connect()
    {
        NpgsqlConnection connection =
            new($"Host=127.0.0.1;Port={Port};Username=postgres;Database={_database};Pooling=false;No Reset On " +
                $"Close=true;Server Compatibility Mode=NoTypeLoading");
        connection.Open();
        return connection;
    }

    /// <summary>Asks and asks, as a busy site does.</summary>
    public void Ask(CancellationToken cancellation)
    {
        using NpgsqlConnection connection = Connect();
        using NpgsqlCommand command = new("select 1", connection);
        while (!cancellation.IsCancellationRequested)
        {
            command.ExecuteNonQuery();
            Thread.Sleep(2);
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void WaitUntilReady()
    {
        for (int i = 0; i < 500; i++, Thread.Sleep(20))
        {
            Assert.False(_process.HasExited, "pgbouncer ended at once");
            try
            {
                using TcpClient client = new();
                client.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
                continue;
            }
        }
        Assert.Fail("pgbouncer does not answer");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
