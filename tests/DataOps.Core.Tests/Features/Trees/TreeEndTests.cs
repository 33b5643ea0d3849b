using DataOps.Core.Features.Audits;
using DataOps.Core.Features.Trees;
using AuditOfAll = DataOps.Core.Features.Audits.TestDatabase;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Trees;

/// <summary>Whoever stops reading leaves nothing behind on the server: no query, no transaction, no lock.</summary>
public sealed class TreeEndTests(PostgresServer server)
{
    public enum Operation
    {
        TestTree,
        TestDatabase,
    }

    [Theory, InlineData(Operation.TestTree), InlineData(Operation.TestDatabase)]
    public void A_reader_that_stops_early_leaves_no_query_and_no_transaction(Operation operation)
    {
        using TestDatabase site = Damaged();

        Assert.Equal("1", Find(site, operation, new OperationContext()).First());

        AssertNothingIsLeft(site);
    }

    [Theory, InlineData(Operation.TestTree), InlineData(Operation.TestDatabase)]
    public void A_reader_that_fails_leaves_no_query_and_no_transaction(Operation operation)
    {
        using TestDatabase site = Damaged();

        Assert.Throws<InvalidDataException>(() =>
            Find(site, operation, new OperationContext())
            .Select<string?, int>(_ => throw new InvalidDataException()).Count());

        AssertNothingIsLeft(site);
    }

    [Theory, InlineData(Operation.TestTree), InlineData(Operation.TestDatabase)]
    public void A_token_ends_the_search_and_leaves_no_query_and_no_transaction(Operation operation)
    {
        using TestDatabase site = Damaged();
        using CancellationTokenSource stop = new();
        int read = 0;

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (string? _ in Find(site, operation, new OperationContext { Cancellation = stop.Token }))
                if (++read == 3)
                    stop.Cancel();
        });

        Assert.Equal(3, read);
        AssertNothingIsLeft(site);
    }

    // So many wrong rows that the server is far from having sent them all.
    private TestDatabase Damaged()
    {
        TestDatabase site = server.Blank();
        site.Execute("""
            create table shelf (id integer primary key, path varchar(255) collate "C" unique, depth integer not null, numchild integer not null);
            insert into shelf select n, lpad(n::text, 8, '0'), case when n % 2 = 0 then 1 else 7 end, 0 from generate_series(1, 200000) n;
            """);
        return site;
    }

    private static IEnumerable<string?> Find(TestDatabase site, Operation operation, OperationContext context) =>
        operation == Operation.TestTree
        ? new TestTree().Run(site.Session, new(), context).Select(f => f.Key)
        : new AuditOfAll().Run(site.Session, new() { Audit = [Audit.Tree], Detailed = true }, context).Select(
            f => f.Key);

    private static void AssertNothingIsLeft(TestDatabase site)
    {
        // A connection that was closed is there until its server process has ended.
        string?[] States() => [.. site.Column("""
            select state from pg_stat_activity
            where datname = current_database() and application_name like 'DataOps/%'
            """)];
        SpinWait.SpinUntil(() => States() is ["idle"], TimeSpan.FromSeconds(10));
        Assert.Equal(["idle"], States());
        Assert.Empty(site.Rows("select 1 from pg_locks where relation = 'shelf'::regclass"));
        Assert.Equal([1], site.Session.List<int>("select 1"));
    }
}
