using System.Diagnostics;
using Npgsql;

namespace DataOps.Core.Tests.Postgres.Connections;

public sealed class SessionTests(PostgresServer server)
{
    // Rows enough that the query still runs when the first of them is here.
    private const string Endless = "select generate_series(1, 2000000000), repeat('x', 1000)";

    [Theory]
    [InlineData("search_path", "pg_catalog")]
    [InlineData("lock_timeout", "5s")]
    [InlineData("idle_in_transaction_session_timeout", "10min")]
    [InlineData("DateStyle", "ISO, YMD")]
    [InlineData("IntervalStyle", "postgres")]
    [InlineData("TimeZone", "UTC")]
    [InlineData("extra_float_digits", "1")]
    [InlineData("bytea_output", "hex")]
    [InlineData("client_encoding", "UTF8")]
    [InlineData("standard_conforming_strings", "on")]
    [InlineData("row_security", "off")]
    [InlineData("application_name", "DataOps/Test")]
    public void A_session_has_its_own_settings_whatever_the_database_says(string name, string value)
    {
        using TestDatabase database = server.Blank();
        string[] strange =
        [
            "search_path = public", "lock_timeout = 0", "datestyle = 'German, DMY'", "intervalstyle = 'iso_8601'",
            "timezone = 'Asia/Tokyo'",
            "extra_float_digits = -5",
            "bytea_output = 'escape'", "standard_conforming_strings = off", "client_encoding = 'LATIN1'",
            "idle_in_transaction_session_timeout = 0",
        ];
        foreach (string setting in strange)
            database.Execute($"alter database {database.Name} set {setting}");
        using Session session = database.Open();
        using Session fork = session.Fork();

        Assert.Equal([value], session.Query<string>($"select current_setting({SqlText.Value(name)})"));
        Assert.Equal([value], fork.Query<string>($"select current_setting({SqlText.Value(name)})"));
    }

    [Fact]
    public void The_wait_for_a_lock_is_what_the_settings_say()
    {
        using TestDatabase database = server.Blank();
        using Session session = Session.Open(database.Settings.WithLockTimeout(TimeSpan.FromSeconds(1.5)), "Test");

        Assert.Equal(["1500ms"], session.List<string>("show lock_timeout"));
    }

    [Fact]
    public void A_snapshot_cannot_write_and_sees_one_state()
    {
        using TestDatabase database = server.Blank();
        database.Execute("create table note (id int)");
        using Session session = database.Open();
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        Assert.Equal([0], session.List<int>("select count(*)::int from public.note"));
        database.Execute("insert into note values (1)");

        Assert.Equal([0], session.List<int>("select count(*)::int from public.note"));
        Assert.Equal("Postgres.25006",
            Assert.Throws<DataOpsException>(() => session.Execute("insert into public.note values (2)")).Id);
    }

    [Fact]
    public void A_reader_that_stops_early_ends_its_query_on_the_server_at_once()
    {
        using TestDatabase database = server.Blank();
        using Session session = database.Open();
        Stopwatch clock = Stopwatch.StartNew();
        int first = session.Stream(Endless, r => r.GetInt32(0), default).First();

        Assert.Equal(1, first);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal("idle", StateOf(database, session));
        Assert.Equal([1], session.List<int>("select 1"));
    }

    [Fact]
    public void A_reader_that_throws_ends_its_query_too()
    {
        using TestDatabase database = server.Blank();
        using Session session = database.Open();
        Assert.Throws<InvalidDataException>(
            () => session.Stream<int>(Endless, _ => throw new InvalidDataException("unreadable"), default).ToList());

        Assert.Equal("idle", StateOf(database, session));
        Assert.Equal([1], session.List<int>("select 1"));
    }

    [Fact]
    public void A_token_ends_a_running_stream_and_leaves_the_session_usable()
    {
        using TestDatabase database = server.Blank();
        using Session session = database.Open();
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));

        Assert.ThrowsAny<OperationCanceledException>(
            () => session.Stream(Endless, r => r.GetInt32(0), stop.Token).Count());
        Assert.Equal("idle", StateOf(database, session));
        Assert.Equal([1], session.List<int>("select 1"));
    }

    [Theory]
    [InlineData("Execute")]
    [InlineData("List")]
    [InlineData("Stream")]
    public void A_token_ends_a_query_that_gives_no_row_yet(string method)
    {
        using TestDatabase database = server.Blank();
        using Session session = database.Open();
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));
        Stopwatch clock = Stopwatch.StartNew();

        Assert.ThrowsAny<OperationCanceledException>(
            () => Run(session, method, "select 1 from pg_sleep(10)", stop.Token));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal("idle", StateOf(database, session));
        Assert.Equal([1], session.List<int>("select 1"));
    }

    [Theory]
    [InlineData("Execute")]
    [InlineData("List")]
    [InlineData("Stream")]
    public void A_token_that_was_cancelled_before_starts_nothing(string method)
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table note (id int); create function written() returns int language sql as 'insert into " +
                "public.note values (1) returning id'");
        using Session session = database.Open();

        Assert.ThrowsAny<OperationCanceledException>(
            () => Run(session, method, "select public.written()", new CancellationToken(canceled: true)));
        Assert.Equal(0, database.Scalar<long>("select count(*) from note"));
        Assert.Equal([1], session.List<int>("select 1"));
    }

    [Fact]
    public void Parameters_and_arrays_and_types_of_ones_own_can_be_read_as_text()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create type mood as enum ('glad', 'sad'); create domain short as varchar(5); create table note (id " +
                "int, mood mood, tags text[], word short); insert into note values (1, 'sad', '{a,b}', 'x')");
        using Session session = database.Open();

        int[] ids = [1, 2];

        Assert.Equal(["sad"], session.Query<string>($"select mood::text from public.note where id = any({ids})"));
        Assert.Equal([("sad", "a,b", "x")], session.Read(
            $"select mood::text, tags, word from public.note where id = {1}", r =>
                (r.GetString(0), string.Join(",", r.GetFieldValue<string[]>(1)), r.GetString(2)), default));
    }

    private static void Run(Session session, string method, string sql, CancellationToken cancellation)
    {
        _ = method switch
        {
            "Execute" => session.Execute(sql, cancellation),
            "List" => session.List<int>(sql, cancellation).Count,
            _ => session.Stream(sql, r => r.GetInt32(0), cancellation).Count(),
        };
    }

    private static string StateOf(TestDatabase database, Session session)
    {
        string state = "";
        // The server's process tells its state a moment after its last answer.
        for (int i = 0; i < 50 && state != "idle"; i++, Thread.Sleep(10))
            state = database.Scalar<string>(
                $"select state from pg_stat_activity where pid = {session.Connection.ProcessID}");
        return state;
    }
}
