using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Output;

/// <summary>An open connection, from Connect-Database, for the -Connection parameter of every cmdlet.</summary>
/// <remarks>
/// Its session serves one cmdlet at a time; a second one in the same pipeline gets a session of its own.
/// </remarks>
public sealed class DatabaseConnection
{
    private readonly object _lending = new();
    private Session? _session;
    private bool _lent;

    internal DatabaseConnection(Session session)
    {
        _session = session;
        (Settings, ServerVersion) = (session.Settings, session.ServerVersion.ToString());
    }

    /// <summary>The server: host, and port unless it is 5432.</summary>
    public string Server => Settings.Server;

    /// <summary>The database.</summary>
    public string Database => Settings.Database;

    /// <summary>The role.</summary>
    public string Username => Settings.Username;

    /// <summary>The server's version.</summary>
    public string ServerVersion { get; }

    /// <summary>How the connection is encrypted.</summary>
    public string SslMode => Settings.SslMode;

    /// <summary>False after Disconnect-Database.</summary>
    public bool IsOpen { get; private set; } = true;

    internal ConnectionSettings Settings { get; }

    /// <summary>
    /// Whether somebody besides the runspace holds it, so that a new Connect-Database must not close it.
    /// </summary>
    internal bool HandedOut { get; init; }

    /// <summary>Role, server and database; never the password.</summary>
    public override string ToString() => Settings.ToString();

    /// <summary>A session for one cmdlet: the open one unless it is in use or was lost.</summary>
    internal SessionLease Lend(string application, CancellationToken cancellation)
    {
        // Runspaces of ForEach-Object -Parallel may share a connection.
        lock (_lending)
        {
            if (!_lent)
            {
                _session ??= Session.Open(Settings, application, cancellation);
                _lent = true;
                return new SessionLease(_session, this);
            }
        }
        return new SessionLease(Session.Open(Settings, application, cancellation), null);
    }

    internal void TakeBack(Session session, bool lost)
    {
        lock (_lending)
        {
            _lent = false;
            if (!lost && IsOpen && session.IsOpen)
                return;
            session.Dispose();
            _session = null;
        }
    }

    /// <summary>Lends the open session, if no cmdlet uses it right now; never opens one.</summary>
    internal SessionLease? LendIdle()
    {
        lock (_lending)
        {
            if (_lent || _session is null)
                return null;
            _lent = true;
            return new SessionLease(_session, this);
        }
    }

    internal void Close()
    {
        lock (_lending)
        {
            IsOpen = false;
            if (_lent)
                return;
            _session?.Dispose();
            _session = null;
        }
    }
}
