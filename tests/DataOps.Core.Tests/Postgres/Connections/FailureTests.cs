using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace DataOps.Core.Tests.Postgres.Connections;

/// <summary>
/// Each way in which a connection or a query fails: an id, a message that names the thing, what to do, and never a
/// password.
/// </summary>
public sealed class FailureTests(PostgresServer server)
{
    [Fact]
    public void An_unknown_host_is_named() =>
        AssertFailure(() => Open("postgres://guest:Hush@no-such-host.invalid/site"), "ConnectionFailed",
            FailureKind.Connection, "no-such-host.invalid");

    [Fact]
    public void A_port_where_nothing_listens_is_named()
    {
        int port = FreePort();
        AssertFailure(() => Open($"postgres://guest:Hush@127.0.0.1:{port}/site"), "ConnectionFailed",
            FailureKind.Connection, $"127.0.0.1 port {port}");
    }

    [Fact]
    public void A_socket_folder_without_a_server_is_named() =>
        AssertFailure(() => Open("postgres:///site?host=/nonexistent/folder&user=guest"), "ConnectionFailed",
            FailureKind.Connection, "/nonexistent/folder");

    [Fact]
    public void A_host_that_does_not_answer_ends_with_the_time_out()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        int port = ((IPEndPoint)silent.LocalEndpoint).Port;
        Stopwatch clock = Stopwatch.StartNew();

        AssertFailure(() => Open($"postgres://guest:Hush@127.0.0.1:{port}/site?connect_timeout=1&sslmode=disable"),
            "ConnectionFailed",
            FailureKind.Connection, $"127.0.0.1:{port}", "does not answer");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.5, 10);
    }

    [Fact]
    public void Connecting_can_be_given_up()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));
        Stopwatch clock = Stopwatch.StartNew();

        Assert.ThrowsAny<OperationCanceledException>(() => Session.Open(
            ConnectionSettings.Parse($"postgres://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/site"), "Test",
            stop.Token));
        // Far less than the 15 seconds after which the driver itself gives up.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.1, 8);
    }

    [Fact]
    public void A_transaction_with_more_locks_than_the_server_has_room_for_is_told_what_to_raise()
    {
        PostgresException full = new("out of shared memory", "ERROR", "ERROR", "53200",
            hint: "You might need to increase max_locks_per_transaction.");

        DataOpsException failure = Assert.IsType<DataOpsException>(
            PostgresFailure.Translate(full, ConnectionSettings.Parse("postgres://guest@db.example/site")));

        Assert.Equal(("Postgres.53200", FailureKind.Limit), (failure.Id, failure.Kind));
        Assert.Contains("-Model", failure.Advice);
    }

    [Fact]
    public void Passwords_wrong_and_missing_are_told_apart()
    {
        using ProtectedServer guarded = new(server);
        using (Session session = Session.Open(guarded.Guest(ProtectedServer.Password), "Test"))
            Assert.DoesNotContain(
                "Hush", $"{session.Settings} {session.Connection.ConnectionString}", StringComparison.Ordinal);

        AssertFailure(() => Session.Open(guarded.Guest("Hush, wrong"), "Test"), "Postgres.28P01",
            FailureKind.Authentication, "guest");
        AssertFailure(() => Session.Open(guarded.Guest(null).WithSslMode("disable"), "Test"), "ConnectionFailed",
            FailureKind.Authentication,
            "password of role guest");
    }

    [Fact]
    public void An_unknown_database_is_named()
    {
        using TestDatabase database = server.Blank();
        AssertFailure(() => Session.Open(
            ConnectionSettings.Parse(database.Uri.Replace(database.Name, "no%20such%20site")), "Test"),
                "Postgres.3D000", FailureKind.NotFound, "no such site");
    }

    [Fact]
    public void An_unknown_role_is_named()
    {
        using TestDatabase database = server.Blank();
        AssertFailure(() => Session.Open(database.Settings.WithCredential("nobody_here", "Hush"), "Test"),
            "Postgres.28000", FailureKind.Authentication,
            "nobody_here");
    }

    [Fact]
    public void A_table_that_the_role_may_not_read_is_named()
    {
        using TestDatabase database = server.Blank();
        string role = "guest_" + database.Name;
        database.Execute($"create role {role} login; create table secret_diary (id int)");
        try
        {
            using Session session = Session.Open(database.Settings.WithCredential(role, "Hush"), "Test");

            AssertFailure(() => session.List<int>("select id from public.secret_diary"), "Postgres.42501",
                FailureKind.PermissionDenied, "secret_diary", role);
            AssertFailure(() => session.Execute("delete from public.secret_diary"), "Postgres.42501",
                FailureKind.PermissionDenied, "secret_diary", role);
            AssertFailure(() => Assert.Empty(
                session.Stream("select id from public.secret_diary", r => r.GetInt32(0), default)), "Postgres.42501",
                FailureKind.PermissionDenied, "secret_diary", role);
            Assert.Equal([1], session.List<int>("select 1"));
        }
        finally
        {
            database.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public void Somebody_elses_lock_ends_the_wait_after_the_limit()
    {
        using TestDatabase database = server.Blank();
        database.Execute("create table busy (id int)");
        using Session holder = database.Open();
        using NpgsqlTransaction held = holder.Connection.BeginTransaction();
        holder.Execute("lock table public.busy");
        using Session session = Session.Open(database.Settings.WithLockTimeout(TimeSpan.FromMilliseconds(100)), "Test");

        AssertFailure(
            () => session.List<int>("select id from public.busy"), "Postgres.55P03", FailureKind.Busy, "lock timeout");
    }

    [Fact]
    public void A_statement_time_out_of_the_role_is_told_as_a_time_out()
    {
        using TestDatabase database = server.Blank();
        database.Execute($"alter database {database.Name} set statement_timeout = '100ms'");
        using Session session = database.Open();

        AssertFailure(
            () => session.Execute("select pg_sleep(20)"), "Postgres.57014", FailureKind.Timeout, "statement timeout");
    }

    [Fact]
    public void A_server_without_tls_is_told_as_such()
    {
        using TestDatabase database = server.Blank();
        AssertFailure(() => Session.Open(database.Settings.WithSslMode("require"), "Test"), "ConnectionFailed",
            FailureKind.Connection, "TLS", "Require");
    }

    [Fact]
    public void A_server_that_goes_away_is_told_as_a_lost_connection()
    {
        using TestDatabase database = server.Blank();
        using Session session = database.Open();
        database.Scalar<bool>($"select pg_terminate_backend({session.Connection.ProcessID})");

        DataOpsException failure = Assert.Throws<DataOpsException>(() => session.Execute("select pg_sleep(1)"));
        Assert.Equal(FailureKind.Connection, failure.Kind);
    }

    [Theory]
    [InlineData("12.22")]
    [InlineData("9.6.24")]
    public void A_server_older_than_13_is_refused_before_any_query(string version)
    {
        using FakeServer old = new(version);
        AssertFailure(() => Open($"postgres://guest:Hush@127.0.0.1:{old.Port}/site"), "ServerTooOld",
            FailureKind.Connection, version, "13");
        Assert.Empty(old.Queries);
    }

    private static void Open(string text)
    {
        using Session session = Session.Open(ConnectionSettings.Parse(text), "Test");
    }

    private static void AssertFailure(Action action, string id, FailureKind kind, params string[] named)
    {
        DataOpsException failure = Assert.Throws<DataOpsException>(action);

        Assert.Equal((id, kind), (failure.Id, failure.Kind));
        Assert.All(named, name => Assert.Contains(name, failure.Message, StringComparison.Ordinal));
        Assert.False(string.IsNullOrWhiteSpace(failure.Advice));
        Assert.NotNull(failure.Target);
        Assert.DoesNotContain("Hush", $"{failure} {failure.Advice} {failure.Target}", StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
