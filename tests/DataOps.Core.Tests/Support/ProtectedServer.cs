using DataOps.Core.Postgres.Servers;
using Npgsql;

namespace DataOps.Core.Tests.Support;

/// <summary>A server of its own that asks the role <c>guest</c> for a password; <c>postgres</c> needs none.</summary>
public sealed class ProtectedServer : IDisposable
{
    public const string Password = "Hush: it's \"a\\secret\"";

    private readonly ScratchServer _server;

    public ProtectedServer(PostgresServer machine)
    {
        using (machine.Blank())
        {
            // Skips the test where there is no PostgreSQL.
        }
        _server = ScratchServer.Start(
            PostgresBinaries.Find() ?? PostgresBinaries.Find(null, [Repository.FetchedServers])!);
        Execute($"set password_encryption = 'scram-sha-256'; create role guest login password {SqlText.Literal(Password)}");
        string rules = Path.Combine(_server.Folder, "data", "pg_hba.conf");
        File.WriteAllText(rules, "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
        Execute("select pg_reload_conf()");
        // The reload reaches the postmaster a moment later.
        for (int i = 0; i < 500 && !Asks(); i++)
            Thread.Sleep(10);
    }

    public int Port => _server.Port;

    public ConnectionSettings Guest(string? password)
    {
        ConnectionSettings settings = ConnectionSettings.Parse($"postgres://guest@127.0.0.1:{Port}/postgres");
        return password is null ? settings : settings.WithCredential("guest", password);
    }

    public void Execute(string sql)
    {
        using NpgsqlConnection connection = new($"Host=127.0.0.1;Port={Port};Username=postgres;Pooling=false");
        connection.Open();
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    public void Dispose() => _server.Dispose();

    private bool Asks()
    {
        try
        {
            using NpgsqlConnection connection = new(
                $"Host=127.0.0.1;Port={Port};Username=guest;Password=wrong;Database=postgres;Pooling=false");
            connection.Open();
            return false;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            return true;
        }
    }
}
