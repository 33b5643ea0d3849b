using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>libpq's connection keywords: where each may come from, and what it is called in Npgsql.</summary>
internal static class LibpqSettings
{
    // keyword, environment variable, how it is set; null: accepted, and without meaning for this driver.
    private static readonly (
        string Keyword, string? Variable, Action<NpgsqlConnectionStringBuilder, string>? Set)[] s_known =
    [
        ("host", "PGHOST", (b, v) => b.Host = SingleHost(v)),
        ("hostaddr", "PGHOSTADDR", (b, v) => b.Host = SingleHost(v)),
        ("port", "PGPORT",
            (b, v) => b.Port = Number("port", v) is > 0 and <= 65535 and int port
                ? port
                : throw new ArgumentOutOfRangeException(nameof(v))),
        ("dbname", "PGDATABASE", (b, v) => b.Database = v),
        ("user", "PGUSER", (b, v) => b.Username = v),
        ("password", "PGPASSWORD", (b, v) => b.Password = v),
        ("passfile", "PGPASSFILE", (b, v) => b.Passfile = v),
        ("service", "PGSERVICE", null),
        ("sslmode", "PGSSLMODE", (b, v) => b.SslMode = ConnectionText.ParseSslMode(v)),
        ("sslrootcert", "PGSSLROOTCERT", (b, v) => b.RootCertificate = v == "system" ? null : v),
        ("sslcert", "PGSSLCERT", (b, v) => b.SslCertificate = v),
        ("sslkey", "PGSSLKEY", (b, v) => b.SslKey = v),
        ("sslpassword", null, (b, v) => b.SslPassword = v),
        ("channel_binding", "PGCHANNELBINDING",
            (b, v) => b.ChannelBinding = Enum.Parse<ChannelBinding>(v, ignoreCase: true)),
        ("krbsrvname", "PGKRBSRVNAME", (b, v) => b.KerberosServiceName = v),
        ("connect_timeout", "PGCONNECT_TIMEOUT", (b, v) => b.Timeout = Number("connect_timeout", v)),
        ("options", "PGOPTIONS", (b, v) => b.Options = $"{b.Options} {v}".Trim()),
        ("target_session_attrs", "PGTARGETSESSIONATTRS", (_, v) => RequireAny(v)),
        ("application_name", "PGAPPNAME", null),
        ("fallback_application_name", null, null),
        ("client_encoding", null, null),
        ("require_auth", "PGREQUIREAUTH", (b, v) => b.RequireAuth = v),
        ("gssencmode", "PGGSSENCMODE", null),
        ("sslcompression", "PGSSLCOMPRESSION", null),
        ("sslsni", "PGSSLSNI", null),
        ("keepalives", null, null),
        ("keepalives_idle", null, (b, v) => b.TcpKeepAliveTime = Number("keepalives_idle", v)),
        ("keepalives_interval", null, (b, v) => b.TcpKeepAliveInterval = Number("keepalives_interval", v)),
        ("keepalives_count", null, null),
        ("tcp_user_timeout", null, null),
        // Django's own, in DATABASE_URL.
        ("conn_max_age", null, null),
        ("conn_health_checks", null, null),
        ("atomic_requests", null, null),
        ("autocommit", null, null),
        ("pool", null, null),
        ("server_side_binding", null, null),
        ("assume_role", null,
            (b, v) => b.Options = $"{b.Options} -c role={v.Replace("\\", "\\\\").Replace(" ", "\\ ")}".Trim()),
        ("disable_server_side_cursors", null, null),
        ("ssl_require", null, (b, v) =>
            b.SslMode = v.Equals("true", StringComparison.OrdinalIgnoreCase) && b.SslMode < SslMode.Require
            ? SslMode.Require
            : b.SslMode),
    ];

    /// <summary>Whether a variable of libpq's says where to connect to, and as whom.</summary>
    public static bool IsPlaceInEnvironment =>
        FromEnvironment().Keys.Any(k => k is "host" or "hostaddr" or "port" or "dbname" or "user" or "service");

    public static bool IsKnown(string keyword) => s_known.Any(k => k.Keyword == keyword);

    /// <summary>
    /// What was given, completed from its service, then from the environment, then from libpq's defaults; and the
    /// service.
    /// </summary>
    public static (NpgsqlConnectionStringBuilder Builder, string? Service) Complete(Dictionary<string, string> given)
    {
        Dictionary<string, string> pairs = FromEnvironment();
        string? named = given.GetValueOrDefault("service", pairs.GetValueOrDefault("service", "")) is
            { Length: > 0 } service ? service : null;
        if (named is not null)
            Overlay(pairs, ServiceFile.Read(named));
        Overlay(pairs, given);
        if (pairs.Keys.FirstOrDefault(k => !IsKnown(k)) is { } unknown)
            throw Unknown(unknown);
        NpgsqlConnectionStringBuilder builder = [];
        // In the order above, whatever the order given: an address wins over its name, ssl_require comes after sslmode.
        foreach ((string keyword, _, Action<NpgsqlConnectionStringBuilder, string>? set) in s_known.Where(
            k => pairs.ContainsKey(k.Keyword)))
        {
            try
            {
                set?.Invoke(builder, pairs[keyword]);
            }
            catch (ArgumentException)
            {
                throw ConnectionText.Unreadable($"{keyword} has an impossible value.");
            }
        }
        builder.Host ??= DefaultHost(builder.Port);
        builder.Username ??= Environment.UserName;
        builder.Database ??= builder.Username;
        return (builder, named);
    }

    /// <summary>The failure over a keyword that there is not.</summary>
    public static DataOpsException Unknown(string keyword) =>
        ConnectionText.Unreadable($"The connection has an unknown part \"{keyword}\".");

    /// <summary>Refuses a list of hosts.</summary>
    public static string SingleHost(string value) => value.Contains(',')
        ? throw ConnectionText.Unreadable("The connection names several hosts.",
            "Name the one to work on; for anything that changes data that is the primary.")
        : value;

    private static Dictionary<string, string> FromEnvironment() => s_known
        .Where(k => k.Variable is not null)
        .Select(k => (k.Keyword, Value: Environment.GetEnvironmentVariable(k.Variable!)))
        .Where(k => !string.IsNullOrEmpty(k.Value))
        .ToDictionary(k => k.Keyword, k => k.Value!);

    private static void Overlay(Dictionary<string, string> pairs, IReadOnlyDictionary<string, string> over)
    {
        // A host of one's own replaces another source's address, which libpq would otherwise prefer.
        if (over.ContainsKey("host"))
            pairs.Remove("hostaddr");
        foreach ((string keyword, string value) in over)
            pairs[keyword] = value;
    }

    private static void RequireAny(string value)
    {
        if (value is not "any")
            throw ConnectionText.Unreadable($"target_session_attrs={value} is not supported.",
                "Name the server to work on; for anything that changes data that is the primary.");
    }

    // The value is not shown: in a mistyped address it may be the password.
    private static int Number(string keyword, string value) => int.TryParse(value, out int number)
        ? number
        : throw ConnectionText.Unreadable($"{keyword} is not a number.");

    private static string DefaultHost(int port)
    {
        string[] folders = ["/var/run/postgresql", "/tmp"];
        return folders.FirstOrDefault(f => File.Exists($"{f}/.s.PGSQL.{port}")) ?? "localhost";
    }
}
