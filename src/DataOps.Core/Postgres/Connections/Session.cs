using System.Data;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>One open, prepared connection to one database, and the means to open more of the same.</summary>
/// <remarks>
/// The settings that protect a live site and make results independent of the server's configuration are set on every
/// connection (<see cref="SessionSettings"/>).
/// A session is used by one thread at a time.
/// </remarks>
public sealed class Session : IDisposable
{
    private Session(ConnectionSettings settings, NpgsqlConnection connection) =>
        (Settings, Connection) = (settings, connection);

    /// <summary>Where it is connected to, without the password.</summary>
    public ConnectionSettings Settings { get; }

    /// <summary>The server as a person names it: host, and port unless it is 5432.</summary>
    public string Server => Settings.Server;

    /// <summary>The database.</summary>
    public string Database => Settings.Database;

    /// <summary>The server's version; the major part is the one that matters.</summary>
    public Version ServerVersion => Connection.PostgreSqlVersion;

    /// <summary>Whether it is connected: a COPY that is cancelled while it waits may end the connection.</summary>
    public bool IsOpen => Connection.State == ConnectionState.Open;

    /// <summary>The connection itself, for COPY and transactions.</summary>
    internal NpgsqlConnection Connection { get; }

    /// <summary>
    /// Has somebody hear each statement before it is sent, and which of them took long; null for nobody. Called on the
    /// thread that uses the session; a fork has listeners of its own.
    /// </summary>
    public void Listen(Action<string>? listener) => Connection.Listen(listener);

    /// <summary>Opens a session.</summary>
    /// <param name="settings">Where to connect to.</param>
    /// <param name="application">What runs, as <c>Find-Orphan</c>; the server's administrator sees
    /// <c>DataOps/Find-Orphan</c>.</param>
    /// <param name="cancellation">Gives up connecting.</param>
    /// <exception cref="DataOpsException">No connection, no such database, a server older than 13, a pooler in
    /// transaction mode: which, and what to do.</exception>
    public static Session Open(
        ConnectionSettings settings, string application, CancellationToken cancellation = default) =>
        new(settings, Connector.Open(settings, "DataOps/" + application, cancellation));

    /// <summary>Opens another connection to the same database, for work at the same time.</summary>
    public Session Fork(CancellationToken cancellation = default) =>
        new(Settings, Connector.OpenAnother(Settings, Connection.ApplicationName(), cancellation));

    /// <summary>Opens a connection to another database of the same server.</summary>
    internal Session ForkTo(string database, CancellationToken cancellation = default)
    {
        ConnectionSettings settings = Settings.WithDatabase(database);
        return new(settings, Connector.OpenAnother(settings, Connection.ApplicationName(), cancellation));
    }

    /// <summary>Closes the connection, does what nobody may be connected for, and connects again.</summary>
    internal void WhileClosed(Action work)
    {
        Connection.Close();
        try
        {
            work();
        }
        finally
        {
            Connector.Reopen(Connection, Settings);
        }
    }

    /// <summary>
    /// Begins a transaction in which every query sees the same state of the database, and none can write.
    /// </summary>
    public NpgsqlTransaction BeginSnapshot()
    {
        NpgsqlTransaction transaction = Connection.BeginTransaction(IsolationLevel.RepeatableRead);
        Run($"set transaction read only");
        return transaction;
    }

    /// <summary>
    /// Waits no longer than this for a lock, for the rest of the transaction; a session that waits less keeps to that.
    /// </summary>
    public void LimitLockWait(TimeSpan longest, CancellationToken cancellation)
    {
        if (Settings.LockTimeout == TimeSpan.Zero || Settings.LockTimeout > longest)
            Run($"set local lock_timeout = {SessionSettings.Milliseconds(longest)}", cancellation);
    }

    /// <summary>The same session for the site in a schema; it is the caller's to close this one.</summary>
    internal Session In(string schema) => new(Settings.In(schema), Connection);

    /// <summary>
    /// Whether what another command has found on a server, in a database, is of this one; null says nothing against it.
    /// </summary>
    internal bool Is(string? server, string? database) => Settings.Is(server, database);

    /// <summary>
    /// Runs a statement, or several with semicolons between them, and returns the number of rows it changed.
    /// </summary>
    /// <exception cref="DataOpsException">The server refused it.</exception>
    internal int Run(SqlText sql, CancellationToken cancellation = default) =>
        Run(sql.ToCommand(Connection), cancellation);

    /// <summary>Runs a statement that takes no parameters, with its values as literals.</summary>
    /// <exception cref="DataOpsException">The server refused it.</exception>
    internal int RunWithLiterals(SqlText sql, CancellationToken cancellation) =>
        Run(sql.ToCommand(Connection, takesParameters: false), cancellation);

    /// <summary>
    /// Runs a query and makes an object of each row, as <see cref="RowShape{T}"/> has it; for catalogue queries and
    /// small sets.
    /// </summary>
    /// <exception cref="DataOpsException">The server refused it.</exception>
    internal IReadOnlyList<T> Query<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        SqlText sql, CancellationToken cancellation = default)
    {
        QueryBatch batch = new(this);
        IReadOnlyList<T> rows = batch.Add<T>(sql);
        batch.Run(cancellation);
        return rows;
    }

    /// <summary>Asks the server; its errors say what to do about them.</summary>
    /// <exception cref="DataOpsException">The server refused it, or the network failed.</exception>
    internal T Guard<T>(Func<T> ask, CancellationToken cancellation = default)
    {
        try
        {
            return ask();
        }
        catch (Exception e) when (PostgresFailure.Translate(e, Settings, cancellation) is { } failure)
        {
            throw failure;
        }
        catch (InvalidOperationException e) when (Connection.State != ConnectionState.Open)
        {
            // It was lost before, and Npgsql does not ask any more.
            throw PostgresFailure.FromNetwork(e, Settings);
        }
    }

    /// <summary>Asks the server as <see cref="Guard{T}"/> does, and tells a listener if that took long.</summary>
    /// <exception cref="DataOpsException">The server refused it, or the network failed.</exception>
    internal T Timed<T>(Func<T> ask, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        T answer = Guard(ask, cancellation);
        Connection.TellTime(start);
        return answer;
    }

    /// <inheritdoc cref="Guard{T}"/>
    internal void Guard(Action ask, CancellationToken cancellation = default) => Guard(
        () =>
        {
            ask();
            return true;
        }, cancellation);

    /// <summary>
    /// Streams the rows of a query of any size. A caller that stops early, for whatever reason, ends the query on the
    /// server at once.
    /// </summary>
    /// <exception cref="DataOpsException">The server refused it.</exception>
    internal IEnumerable<T> Read<T>(SqlText sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation) =>
        Read([sql], (_, row) => read(row), cancellation);

    /// <summary>
    /// Streams the rows of several queries, which are sent together, each with the number of its query from 0.
    /// </summary>
    /// <inheritdoc cref="Read{T}(SqlText, Func{NpgsqlDataReader, T}, CancellationToken)"/>
    internal IEnumerable<T> Read<T>(
        IReadOnlyCollection<SqlText> queries, Func<int, NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        if (queries.Count == 0)
            yield break;
        using NpgsqlBatch batch = SqlText.ToBatch(queries, Connection);
        using RowReader reader = new(batch, Settings, cancellation);
        using CancellationTokenRegistration stop = cancellation.Register(batch.Cancel);
        for (int query = 0; query < queries.Count; query++)
        {
            while (reader.Read())
                yield return read(query, reader.Rows);
            reader.Next();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Connection.Dispose();

    private int Run(NpgsqlCommand command, CancellationToken cancellation)
    {
        using (command)
            // The asynchronous form misses no cancellation, whenever it comes.
            return Timed(() => command.ExecuteNonQueryAsync(cancellation).GetAwaiter().GetResult(), cancellation);
    }

    // Disposing an Npgsql reader reads the rest of the result: cancel first when the caller left early.
    private sealed class RowReader : IDisposable
    {
        private readonly NpgsqlBatch _batch;
        private readonly ConnectionSettings _settings;
        private readonly CancellationToken _cancellation;
        private bool _ended;

        public RowReader(NpgsqlBatch batch, ConnectionSettings settings, CancellationToken cancellation)
        {
            (_batch, _settings, _cancellation) = (batch, settings, cancellation);
            long start = Stopwatch.GetTimestamp();
            Rows = Guard(() => batch.ExecuteReaderAsync(cancellation).GetAwaiter().GetResult());
            batch.Connection!.TellTime(start);
        }

        public NpgsqlDataReader Rows { get; }

        public bool Read()
        {
            _cancellation.ThrowIfCancellationRequested();
            return Guard(Rows.Read);
        }

        public void Next() => _ended = !Guard(Rows.NextResult);

        public void Dispose()
        {
            if (!_ended && !Rows.IsClosed)
                _batch.Cancel();
            try
            {
                Rows.Dispose();
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled)
            {
                // The answer to the cancellation above.
                _ended = true;
            }
        }

        private T Guard<T>(Func<T> action)
        {
            try
            {
                return action();
            }
            catch (Exception e) when (PostgresFailure.Translate(e, _settings, _cancellation) is { } failure)
            {
                _ended = true;
                throw failure;
            }
        }
    }
}
