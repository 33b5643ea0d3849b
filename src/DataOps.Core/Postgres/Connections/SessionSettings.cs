using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>
/// What is set on every connection, so that a live site is safe from us and results do not depend on the server's
/// configuration.
/// </summary>
internal static class SessionSettings
{
    /// <summary>Longest wait for a lock before a statement gives up.</summary>
    public static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Longest pause inside a transaction before the server ends it, so that a hung client holds no lock for ever.
    /// </summary>
    public static readonly TimeSpan IdleInTransactionTimeout = TimeSpan.FromMinutes(10);

    // Our queries are long and each runs once: compiling them takes the server longer than it saves.
    private static readonly SqlText s_fixed = $"""
        set search_path = pg_catalog;
        set datestyle = 'ISO, YMD';
        set intervalstyle = 'postgres';
        set extra_float_digits = 1;
        set timezone = 'UTC';
        set bytea_output = 'hex';
        set xmloption = content;
        set standard_conforming_strings = on;
        set row_security = off;
        set jit = off;
        """;

    /// <summary>Applies the settings.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="lockTimeout">Longest wait for a lock.</param>
    internal static void Apply(NpgsqlConnection connection, TimeSpan lockTimeout)
    {
        SqlText sql = $"""
            {s_fixed}
            set lock_timeout = {Milliseconds(lockTimeout)};
            set idle_in_transaction_session_timeout = {Milliseconds(IdleInTransactionTimeout)}
            """;
        using NpgsqlCommand command = sql.ToCommand(connection);
        command.ExecuteNonQuery();
    }

    internal static SqlText Milliseconds(TimeSpan time) => SqlText.Literal((long)Math.Round(time.TotalMilliseconds));

    internal static string ApplicationName(this NpgsqlConnection connection) =>
        new NpgsqlConnectionStringBuilder(connection.ConnectionString).ApplicationName ?? "DataOps";
}
