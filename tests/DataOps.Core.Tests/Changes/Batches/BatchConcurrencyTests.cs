using DataOps.Core.Changes.Batches;
using Npgsql;

namespace DataOps.Core.Tests.Changes.Batches;

/// <summary>A run in batches on a site that goes on working.</summary>
public sealed class BatchConcurrencyTests(PostgresServer server) : IDisposable
{
    private const int Rows = 20_000;
    private const int LongestWait = 2000;

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact, Trait("Day", "2")]
    public async Task Another_client_never_waits_above_its_limit_and_none_of_its_writes_is_lost()
    {
        using TestDatabase database = server.Blank();
        database.Execute("create table item (id int primary key, dead bool not null, seen int not null default 0)");
        database.Execute($"insert into item select g, g % 2 = 0 from generate_series(1, {Rows}) g");
        string path = _files.New();
        using CancellationTokenSource done = new();
        Task<int> other = Task.Run(() => Write(database, done.Token), TestContext.Current.CancellationToken);
        Table item = DatabaseCatalog.Read(database.Session).Find("public", "item")!;
        BatchLimits limits = BatchLimits.Of(500) with { LongestHold = TimeSpan.FromMilliseconds(250), Attempts = 100 };
        BatchedChange batches = ChangeFiles.Batches(database.Session, limits, path);

        bool isDone = batches.Run("Deleting", $"select id from public.item where dead", (change, rows) =>
            change.Changes.Of(item).PlanDelete($"from public.item t join {rows} b on b.id = t.id where t.dead"),
            changes => changes.Delete());

        await done.CancelAsync();
        int writes = await other;
        batches.ThrowIfStopped();
        Assert.True(isDone);
        Assert.True(batches.Batches >= Rows / 2 / 500);
        Assert.Equal((long)Rows / 2, database.Scalar<long>("select count(*) from item"));
        // What it wrote to rows that then went is in the undo file, everything else still there.
        ChangeFiles.Undo(database, path);
        Assert.Equal(((long)Rows, (long)writes),
            (database.Scalar<long>("select count(*) from item"), database.Scalar<long>("select sum(seen) from item")));
    }

    // Counts the rows that it changed; a wait above the limit fails.
    private static int Write(TestDatabase database, CancellationToken done)
    {
        using NpgsqlConnection connection = new(database.ConnectionString);
        connection.Open();
        using (NpgsqlCommand limit = new($"set lock_timeout = {LongestWait}", connection))
            limit.ExecuteNonQuery();
        using NpgsqlCommand update =
            new("update item set seen = seen + 1 where id = $1",
                connection) { Parameters = { new NpgsqlParameter<int>() } };
        int writes = 0;
        for (Random random = new(7); !done.IsCancellationRequested;)
        {
            ((NpgsqlParameter<int>)update.Parameters[0]).TypedValue = random.Next(1, Rows + 1);
            writes += update.ExecuteNonQuery();
        }
        return writes;
    }
}
