using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>Where to connect to and how. Immutable; prints itself without the password.</summary>
public sealed record ConnectionSettings
{
    private const string SiteVariable = "DATAOPS_SITE_DESCRIPTION";

    private readonly string? _service;

    internal ConnectionSettings(NpgsqlConnectionStringBuilder builder, string? service = null) =>
        (Builder, _service) = (builder, service);

    /// <summary>Host name, address, or the folder of a Unix socket.</summary>
    public string Host => Builder.Host ?? "localhost";

    /// <summary>TCP port.</summary>
    public int Port => Builder.Port;

    /// <summary>The database.</summary>
    public string Database => Builder.Database ?? Username;

    /// <summary>The role.</summary>
    public string Username => Builder.Username ?? Environment.UserName;

    /// <summary>How the connection is encrypted, as <c>Prefer</c> or <c>VerifyFull</c>.</summary>
    public string SslMode => Builder.SslMode.ToString();

    /// <summary>The server as a person names it: host, and port unless it is 5432.</summary>
    public string Server => (Port, Host.Contains(':')) switch
    {
        (NpgsqlConnection.DefaultPort, _) => Host,
        (_, true) => $"[{Host}]:{Port}",
        _ => $"{Host}:{Port}",
    };

    /// <summary>
    /// Whether a server and a database, as they were called, are those of the settings; null says nothing against it.
    /// </summary>
    internal bool Is(string? server, string? database) =>
        server?.Equals(Server, StringComparison.OrdinalIgnoreCase) != false
            && (database is null || database == Database);

    /// <summary>Longest wait for a lock; 5 s unless told otherwise.</summary>
    public TimeSpan LockTimeout { get; private init; } = SessionSettings.LockTimeout;

    /// <summary>
    /// The schema whose site is meant, of several in one database; null to go by the connection's search_path.
    /// </summary>
    public string? Schema { get; private init; }

    /// <summary>
    /// Several schemas whose sites are meant, by names or wildcards; empty where one is meant, or none is named.
    /// </summary>
    public IReadOnlyList<string> Schemas { get; private init; } = [];

    /// <summary>What the operator says of the site: a file's path, or JSON; null for nothing.</summary>
    public string? Site { get; private init; }

    /// <summary>
    /// Where <see cref="Site"/> was found, in words; null where the operator gave it, or where none is.
    /// </summary>
    public string? SiteSource { get; private init; }

    /// <summary>
    /// Reads a <c>postgres://</c> URI, a libpq or Npgsql connection string, <c>service=name</c>, or a database's name.
    /// </summary>
    /// <exception cref="DataOpsException">The text is none of these, or a part of it is unknown.</exception>
    public static ConnectionSettings Parse(string text) => Of(ConnectionText.Parse(text));

    /// <summary>The settings that the environment gives: <c>DATABASE_URL</c>, else libpq's PG* variables.</summary>
    /// <exception cref="DataOpsException"><c>NoDatabase</c>: it gives none; or a variable holds what cannot be
    /// read.</exception>
    public static ConnectionSettings FromEnvironment() => Of(ConnectionText.FromEnvironment());

    /// <summary>The same settings for another role.</summary>
    public ConnectionSettings WithCredential(string username, string password) =>
        Change(b => (b.Username, b.Password) = (username, password));

    /// <summary>
    /// The same settings with another encryption mode: Disable, Allow, Prefer, Require, VerifyCA, VerifyFull.
    /// </summary>
    /// <exception cref="DataOpsException">There is no such mode.</exception>
    public ConnectionSettings WithSslMode(string mode) => Change(b => b.SslMode = ConnectionText.ParseSslMode(mode));

    /// <summary>The same settings with another limit on waiting for a lock.</summary>
    public ConnectionSettings WithLockTimeout(TimeSpan timeout) => this with { LockTimeout = timeout };

    /// <summary>The same settings for the site in another schema, or for those in several.</summary>
    /// <param name="names">Names of schemas; * ? [a-z] stand for any characters.</param>
    public ConnectionSettings WithSchema(params IReadOnlyList<string> names) =>
        names is [{ } one] && !NameFilter.HasWildcards(one)
            ? In(one)
            : this with { Schema = null, Schemas = names };

    /// <summary>The same settings for another database of the server.</summary>
    internal ConnectionSettings WithDatabase(string database) => Change(b => b.Database = database);

    /// <summary>The same settings with what the operator says of the site.</summary>
    /// <param name="site">A file's path, or JSON.</param>
    public ConnectionSettings WithSite(string site) => this with { Site = site, SiteSource = null };

    /// <summary>
    /// The same settings with the description that DATAOPS_SITE_DESCRIPTION names, else that of the connection's
    /// service, where the operator gives none.
    /// </summary>
    /// <param name="read">Turns a description into what <see cref="WithSite"/> takes; null takes it as it is.</param>
    public ConnectionSettings WithFoundSite(Func<string, string>? read = null)
    {
        ConnectionSettings Found(string site, string where) => this with
        {
            Site = read?.Invoke(site) ?? site,
            SiteSource = site.TrimStart().StartsWith('{') ? $"the JSON of {where}" : $"{site} ({where})",
        };
        return Site is not null ? this
            : Environment.GetEnvironmentVariable(SiteVariable) is { Length: > 0 } named ? Found(named, SiteVariable)
            : _service is not null && ServiceFile.SiteOf(_service) is { } found ? Found(found, $"service {_service}")
            : this;
    }

    /// <summary>
    /// What PostgreSQL's own programs take from their environment to connect to the same place: a password is seen
    /// there by the account alone that runs them.
    /// </summary>
    internal IEnumerable<(string Name, string Value)> LibpqEnvironment()
    {
        (string, string?)[] all =
        [
            ("PGHOST", Host), ("PGPORT", $"{Port}"), ("PGDATABASE", Database), ("PGUSER", Username),
            ("PGPASSWORD", Builder.Password), ("PGPASSFILE", Builder.Passfile),
            ("PGSSLMODE", Builder.SslMode switch
            {
                Npgsql.SslMode.VerifyCA => "verify-ca", Npgsql.SslMode.VerifyFull => "verify-full",
                var mode => $"{mode}".ToLowerInvariant(),
            }),
            ("PGSSLROOTCERT", Builder.RootCertificate), ("PGSSLCERT", Builder.SslCertificate),
            ("PGSSLKEY", Builder.SslKey), ("PGCONNECT_TIMEOUT", $"{Builder.Timeout}"), ("PGCLIENTENCODING", "UTF8"),
        ];
        return all.Where(v => !string.IsNullOrEmpty(v.Item2)).Select(v => (v.Item1, v.Item2!));
    }

    /// <summary>The same settings for the site in a schema, whatever characters its name has.</summary>
    internal ConnectionSettings In(string schema) => this with { Schema = schema, Schemas = [] };

    /// <summary>Role, server and database; never the password.</summary>
    public override string ToString() => $"{Username}@{Server}/{Database}";

    /// <summary>The connection string, password included: handed to the driver and to nothing else.</summary>
    internal string ConnectionString(string application) => new NpgsqlConnectionStringBuilder(Builder.ConnectionString)
    {
        ApplicationName = application,
        // Else the driver takes PGCLIENTENCODING, and loses characters.
        ClientEncoding = "UTF8",
        Pooling = false,
        IncludeErrorDetail = true,
        CommandTimeout = 0,
        ReadBufferSize = 1 << 20,
        WriteBufferSize = 1 << 16,
        SocketReceiveBufferSize = 1 << 22,
        NoResetOnClose = true,
        Enlist = false,
        // Catalogue queries run on every schema: a prepared plan or a type read at connect time would outlive a change.
        MaxAutoPrepare = 0,
        // No query before the server's version and a pooler's mode are known.
#pragma warning disable CS0618 // A data source, which has this option now, would be one more thing to own.
        ServerCompatibilityMode = ServerCompatibilityMode.NoTypeLoading,
#pragma warning restore CS0618
    }.ConnectionString;

    private static ConnectionSettings Of((NpgsqlConnectionStringBuilder Builder, string? Service) read) =>
        new(read.Builder, read.Service);

    private ConnectionSettings Change(Action<NpgsqlConnectionStringBuilder> change)
    {
        NpgsqlConnectionStringBuilder builder = new(Builder.ConnectionString);
        change(builder);
        return this with { Builder = builder };
    }

    private NpgsqlConnectionStringBuilder Builder { get; init; }
}
