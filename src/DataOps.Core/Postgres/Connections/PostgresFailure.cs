using System.Net.Sockets;
using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>Turns what the server or the network answered into what the user can do about it.</summary>
internal static class PostgresFailure
{
    /// <summary>
    /// The failure to throw instead of <paramref name="e"/>; null when it is not one of the database.
    /// </summary>
    public static Exception? Translate(
        Exception e, ConnectionSettings settings, CancellationToken cancellation = default) => e switch
    {
        DataOpsException or OperationCanceledException => null,
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } when cancellation.IsCancellationRequested =>
            new OperationCanceledException(e.Message, e, cancellation),
        PostgresException p => FromServer(p, settings),
        NpgsqlException or SocketException or IOException or TimeoutException
            when cancellation.IsCancellationRequested =>
            new OperationCanceledException(e.Message, e, cancellation),
        NpgsqlException or SocketException or TimeoutException => FromNetwork(e, settings),
        _ => null,
    };

    /// <summary>What kind of answer a SQLSTATE needs.</summary>
    public static FailureKind KindOf(string state) => state switch
    {
        "42501" => FailureKind.PermissionDenied,
        "3D000" or "3F000" or "42P01" or "42703" or "42704" or "42883" => FailureKind.NotFound,
        "42P07" or "42710" or "42P04" or "23505" => FailureKind.AlreadyExists,
        "40001" or "40P01" or "55P03" or "55006" => FailureKind.Busy,
        "57014" or "25P03" => FailureKind.Timeout,
        "57P03" or "57P01" or "57P02" or "57P05" => FailureKind.Connection,
        _ => state[..2] switch
        {
            "28" => FailureKind.Authentication,
            "08" => FailureKind.Connection,
            "22" or "23" => FailureKind.InvalidData,
            "53" or "54" => FailureKind.Limit,
            _ => FailureKind.InvalidOperation,
        },
    };

    private static DataOpsException FromServer(PostgresException p, ConnectionSettings settings)
    {
        string message = p.Detail is null ? p.MessageText : $"{p.MessageText} ({p.Detail.TrimEnd('.')})";
        string target = p.TableName ?? settings.ToString();
        return new DataOpsException(
            $"Postgres.{p.SqlState}", KindOf(p.SqlState), $"{settings}: {message}", Advice(p, settings), target, p);
    }

    private static string? Advice(PostgresException p, ConnectionSettings settings) => p.SqlState switch
    {
        "28P01" =>
            $"Check the password of role {settings.Username}: -Credential, PGPASSWORD, or a line in the passfile.",
        "28000" =>
            $"Check that role {settings.Username} exists, may log in, and that pg_hba.conf lets it in from here.",
        "3D000" => "Check the name of the database; `psql -l` lists them.",
        "42501" when p.MessageText.Contains("row-level security", StringComparison.Ordinal) =>
            "A policy would hide rows from this role, and the result would be incomplete. Use the tables' owner or " +
            "a role with BYPASSRLS.",
        "42501" =>
            $"Grant it to role {settings.Username}: pg_read_all_data is enough to audit and export "
            + "(PostgreSQL 14 and later); to import, be the owner of the tables.",
        "53200" when p.Hint?.Contains("max_locks_per_transaction", StringComparison.Ordinal) == true =>
            "The transaction locks more tables and indexes than the server has room for: raise "
            + "max_locks_per_transaction and restart the server; a load needs about 10 of max_locks_per_transaction * "
            + "max_connections for each model of its file. Or load in several steps with -Model.",
        "53300" => "The server has no connection left: try again, or raise max_connections.",
        "55P03" =>
            "Another session holds a lock. Try again when it is done (pg_blocking_pids tells which), or wait longer " +
            "with -LockTimeout.",
        "57014" => "statement_timeout of the role or the database, or an administrator, ended the query.",
        "57P03" => "The server is starting or stopping: try again.",
        "40001" or "40P01" => "Another transaction was in the way: run it again.",
        _ => p.Hint,
    };

    /// <summary>The failure that the network, or the lack of a connection, is.</summary>
    public static DataOpsException FromNetwork(Exception e, ConnectionSettings settings)
    {
        Exception root = e.GetBaseException();
        bool isPasswordMissing = root is not SocketException
            && e.Message.Contains("password", StringComparison.OrdinalIgnoreCase);
        (string message, string? advice) = root switch
        {
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain
                or SocketError.NoData } =>
                ($"There is no host named {settings.Host}.", "Check the host's name."),
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
                ($"Nothing listens at {settings.Host} port {settings.Port}.",
                "Check the port and that PostgreSQL runs and listens there (listen_addresses)."),
            SocketException s =>
                ($"{settings.Server} cannot be reached: {s.Message}.", "Check host, port and the network between."),
            TimeoutException =>
                ($"{settings.Server} does not answer.",
                "Check host, port and the firewalls between; connect_timeout sets how long to wait."),
            _ when isPasswordMissing =>
                ($"{settings.Server} asks for the password of role {settings.Username}, and there is none.",
                    "Give it by -Credential, PGPASSWORD, or a line in the passfile (~/.pgpass)."),
            _ when e.Message.Contains("SSL", StringComparison.OrdinalIgnoreCase) =>
                ($"{settings.Server} cannot be reached with TLS mode {settings.SslMode}: {root.Message}",
                "Check sslmode and the certificates."),
            _ => ($"The connection to {settings} failed: {root.Message}",
                "Connect again; the server's log tells why it ended the connection."),
        };
        FailureKind kind = isPasswordMissing ? FailureKind.Authentication : FailureKind.Connection;
        return new DataOpsException(ErrorIds.ConnectionFailed, kind, message, advice, settings.Server, e);
    }
}
