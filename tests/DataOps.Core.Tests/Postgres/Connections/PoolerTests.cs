using Npgsql;

namespace DataOps.Core.Tests.Postgres.Connections;

/// <summary>A real PgBouncer in front of the server.</summary>
public sealed class PoolerTests(PostgresServer server)
{
    [Theory]
    [InlineData("transaction")]
    [InlineData("statement")]
    public void A_pooler_that_shares_connections_by_transaction_is_refused(string mode)
    {
        using TestDatabase database = server.Blank();
        using Pooler pooler = Pooler.Start(database, mode);
        DataOpsException failure = Assert.Throws<DataOpsException>(() => Session.Open(pooler.Settings, "Test"));

        Assert.Equal(("PooledTransactions", FailureKind.Connection), (failure.Id, failure.Kind));
        Assert.Contains($"127.0.0.1:{pooler.Port}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("pool_mode = session", failure.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pooler_with_other_clients_is_refused_as_well()
    {
        using TestDatabase database = server.Blank();
        using Pooler pooler = Pooler.Start(database, "transaction");
        using CancellationTokenSource stop = new();
        Task[] clients = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => pooler.Ask(stop.Token)))];
        try
        {
            for (int i = 0; i < 5; i++)
                Assert.Equal("PooledTransactions",
                    Assert.Throws<DataOpsException>(() => Session.Open(pooler.Settings, "Test")).Id);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(clients);
        }
    }

    [Fact]
    public void What_was_refused_has_changed_nothing_for_the_sites_own_connections()
    {
        using TestDatabase database = server.Blank();
        using Pooler pooler = Pooler.Start(database, "transaction");
        Assert.Throws<DataOpsException>(() => Session.Open(pooler.Settings, "Test"));
        using NpgsqlConnection site = pooler.Connect();
        using NpgsqlCommand command =
            new("select current_setting('search_path') || ' ' || current_setting('lock_timeout') || ' ' || " +
                "current_setting('row_security')", site);

        Assert.Equal("\"$user\", public 0 on", command.ExecuteScalar());
    }

    [Fact]
    public void A_pooler_in_session_mode_is_as_good_as_the_server()
    {
        using TestDatabase database = server.Blank();
        using Pooler pooler = Pooler.Start(database, "session");
        using Session session = Session.Open(pooler.Settings, "Test");

        Assert.Equal(["pg_catalog"], session.List<string>("show search_path"));
        Assert.Equal(1, session.Stream("select generate_series(1, 2000000000)", r => r.GetInt32(0), default).First());
        using Session fork = session.Fork();
        Assert.Equal(["DataOps/Test"], fork.List<string>("show application_name"));
    }
}
