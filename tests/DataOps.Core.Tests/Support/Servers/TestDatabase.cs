using Npgsql;

namespace DataOps.Core.Tests.Support.Servers;

/// <summary>A test's own database, dropped when it is disposed.</summary>
public sealed class TestDatabase : IDisposable
{
    private readonly Templates _server;
    private Session? _session;

    internal TestDatabase(Templates server, Site? site)
        : this(server, server.Copy(site))
    {
    }

    private TestDatabase(Templates server, string name) => (_server, Name) = (server, name);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The server's port on 127.0.0.1.</summary>
    public int Port => _server.Server.Port;

    /// <summary>Its address, as <c>postgres://postgres@127.0.0.1:54321/t1_sample</c>.</summary>
    public string Uri => _server.Server.Uri(Name);

    /// <summary>Its address as the core takes it.</summary>
    public ConnectionSettings Settings => ConnectionSettings.Parse(Uri);

    /// <summary>Its address as Npgsql takes it, not pooled.</summary>
    public string ConnectionString => _server.ConnectionString(Name);

    /// <summary>A session that lives as long as the database.</summary>
    public Session Session => _session ??= Open();

    /// <summary>Another database of the server that somebody has made for the test, which has it from now on.</summary>
    public TestDatabase Other(string name) => new(_server, name);

    /// <summary>A new session; the caller disposes it.</summary>
    public Session Open() => Session.Open(Settings, "Test");

    /// <summary>Runs an operation to its end, on <see cref="Session"/>.</summary>
    public IReadOnlyList<TResult> Run<TOptions, TResult>(
        Operation<TOptions, TResult> operation, TOptions options, OperationContext? context = null)
        where TOptions : IOptions
        where TResult : class => [.. operation.Run(Session, options, context ?? new OperationContext())];

    /// <summary>Runs statements as the superuser, beside the session, with public in the search path.</summary>
    public int Execute(string sql) => With(sql, command => command.ExecuteNonQuery());

    /// <summary>Runs a SQL file, COPY blocks included.</summary>
    public void ExecuteFile(string file) => SqlScript.Run(ConnectionString, file);

    /// <summary>The first column of the first row.</summary>
    public T Scalar<T>(string sql) => With(sql, command => command.ExecuteScalar() is T value
        ? value
        : throw new InvalidOperationException($"No {typeof(T).Name} from: {sql}"));

    /// <summary>All rows; SQL's null is null.</summary>
    public IReadOnlyList<object?[]> Rows(string sql) => With(sql, command =>
    {
        List<object?[]> rows = [];
        using NpgsqlDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            object?[] row = new object?[reader.FieldCount];
            for (int i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            rows.Add(row);
        }
        return rows;
    });

    /// <summary>The first column of all rows, as text.</summary>
    public IReadOnlyList<string?> Column(string sql) => [.. Rows(sql).Select(row => row[0]?.ToString())];

    /// <summary>
    /// Every table's row count and a hash of its rows in any order, as <c>public.auth_user</c> to <c>3:-812734</c>; two
    /// databases with equal digests hold the same rows.
    /// </summary>
    public IReadOnlyDictionary<string, string> Digest(params string[] except)
    {
        IReadOnlyList<string?> tables = Column(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname <> 'information_schema' " +
                "and schemaname !~ '^pg_' order by 1");
        IEnumerable<string> counts = tables
            .Where(table => !except.Contains(table!.Replace("public.", "", StringComparison.Ordinal)))
            .Select(table =>
                $"select '{table!.Replace("'", "''", StringComparison.Ordinal)}', count(*) || ':' || coalesce(sum(hashtextextended(r::text, 0)), 0) from {table} r");
        string union = string.Join(" union all ", counts);
        return union.Length == 0 ? new() : Rows(union).ToDictionary(row => (string)row[0]!, row => (string)row[1]!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session?.Dispose();
        using (NpgsqlConnection pooled = new(_server.Pooled(Name)))
            NpgsqlConnection.ClearPool(pooled);
        _server.Drop(Name);
    }

    private T With<T>(string sql, Func<NpgsqlCommand, T> run)
    {
        // A test asks many small things: connecting for each would cost more than all of them.
        using NpgsqlConnection connection = new(_server.Pooled(Name));
        connection.Open();
        using NpgsqlCommand command = new(sql, connection);
        return run(command);
    }
}
