using System.Diagnostics;
using System.Text;
using DataOps.Core.Postgres.Copy;
using Npgsql;

namespace DataOps.Core.Tests.Postgres.Copy;

public sealed class CopyReaderTests(PostgresServer server) : IDisposable
{
    // More than every buffer between the server and us can hold, so that the server would have to go on working.
    private const string Endless = "select generate_series(1, 1000000000), repeat('x', 1000)";

    private readonly TestDatabase _database = server.Blank();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Rows_come_with_their_fields_and_nulls()
    {
        using CopyReader reader = Open("values (1, 'é', null::text), (2, '', 'x')");

        Assert.True(reader.Read());
        Assert.Equal([0, 0, 0, 1], reader[0].ToArray());
        Assert.Equal("é", Encoding.UTF8.GetString(reader[1]));
        Assert.True(reader.IsNull(2) && reader[2].IsEmpty);
        Assert.True(reader.Read());
        Assert.True(!reader.IsNull(1) && reader[1].IsEmpty);
        Assert.Equal("x", Encoding.UTF8.GetString(reader[2]));
        Assert.False(reader.Read());
        Assert.False(reader.Read());
    }

    [Fact]
    public void No_rows_and_no_columns_are_read_too()
    {
        using (CopyReader none = Open("select 1 where false"))
            Assert.False(none.Read());
        using CopyReader empty = Open("select from generate_series(1, 3)");
        Assert.True(empty.Read() && empty.Read() && empty.Read());
        Assert.False(empty.Read());
    }

    [Fact]
    public void Rows_of_all_sizes_keep_their_content()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        int[] sizes = [.. Enumerable.Range(0, 300).Select(_ => (int)Math.Pow(10, random.NextDouble() * 6.7))];
        using CopyReader reader = Open(
            $"select i, repeat(chr(65 + (i % 26)::int), s), s from unnest(array[{string.Join(',', sizes)}]) with " +
                $"ordinality u(s, i)");

        for (int i = 0; i < sizes.Length; i++)
        {
            Assert.True(reader.Read(), $"seed {seed}");
            Assert.Equal(sizes[i], reader[1].Length);
            Assert.True(reader[1].IndexOfAnyExcept((byte)(65 + (i + 1) % 26)) < 0, $"seed {seed}");
        }
        Assert.False(reader.Read());
    }

    [Fact]
    public void A_reader_left_early_ends_the_query_at_once_and_leaves_the_connection_usable()
    {
        using (CopyReader warm = Open(Endless))
            warm.Read();
        CopyReader reader = Open(Endless);
        for (int i = 0; i < 1000; i++)
            Assert.True(reader.Read());
        Stopwatch watch = Stopwatch.StartNew();
        reader.Dispose();

        Assert.True(watch.ElapsedMilliseconds < 1000, $"{watch.ElapsedMilliseconds} ms");
        Assert.Equal([2], _database.Session.List<int>("select 1 + 1"));
        AssertNothingRuns();
    }

    [Fact]
    public void The_token_ends_the_query_at_once()
    {
        using CancellationTokenSource stop = new();
        using CopyReader reader = Open(Endless, stop.Token);
        Assert.True(reader.Read());
        stop.CancelAfter(50);

        Assert.Throws<OperationCanceledException>(() => { while (reader.Read()) continue; });
        reader.Dispose();
        Assert.Equal([2], _database.Session.List<int>("select 1 + 1"));
        AssertNothingRuns();
    }

    [Fact]
    public void The_token_ends_a_query_that_sends_nothing()
    {
        using CancellationTokenSource stop = new(200);
        Stopwatch watch = Stopwatch.StartNew();

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            using CopyReader reader = Open("select pg_sleep(60)", stop.Token);
            reader.Read();
        });
        Assert.True(watch.ElapsedMilliseconds < 5000, $"{watch.ElapsedMilliseconds} ms");
        // Whoever keeps the session asks it before using it again.
        if (_database.Session.IsOpen)
            Assert.Equal([2], _database.Session.List<int>("select 1 + 1"));
    }

    [Fact]
    public void An_error_half_way_is_the_servers_own_and_leaves_the_connection_usable()
    {
        using (CopyReader reader = Open("select 1 / (50000 - i) from generate_series(1, 100000) i"))
        {
            PostgresException failure = Assert.Throws<PostgresException>(() => { while (reader.Read()) continue; });
            Assert.Equal(PostgresErrorCodes.DivisionByZero, failure.SqlState);
        }
        Assert.Throws<PostgresException>(() => Open("select nothing"));
        Assert.Equal([2], _database.Session.List<int>("select 1 + 1"));
    }

    [Fact]
    public void A_connection_that_dies_is_an_error_and_no_end_of_rows()
    {
        using CopyReader reader = Open(Endless);
        Assert.True(reader.Read());
        _database.Execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and " +
                "application_name = 'DataOps/Test'");

        Assert.ThrowsAny<NpgsqlException>(() => { while (reader.Read()) continue; });
    }

    private CopyReader Open(string query, CancellationToken cancellation = default) =>
        new(_database.Session.Connection, SqlText.Raw(query), cancellation);

    private void AssertNothingRuns() => Assert.Equal(0L, _database.Scalar<long>(
        "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' and query " +
            "ilike 'copy%'"));
}
