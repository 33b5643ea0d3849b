using DataOps.Core.Features.Orphans;
using Npgsql;

namespace DataOps.Core.Tests.Features.Orphans;

/// <summary>Large repairs in batches, beside another client, stopped and gone on with.</summary>
public sealed class RepairBatchTests : IDisposable
{
    private const int Orphans = 20000;

    private readonly ChangeFiles _files = new();
    private readonly TestDatabase _shop;

    public RepairBatchTests(PostgresServer server)
    {
        _shop = server.Blank();
        _shop.Execute($"""
            create table customer (id int primary key);
            create table purchase (id int primary key, customer_id int references customer deferrable initially deferred, t text);
            create index on purchase (customer_id);
            insert into customer select generate_series(1, 100);
            set session_replication_role = replica;
            insert into purchase select g, case when g > {Orphans} then 1 + g % 100 else 1000 + g end, 'x' from generate_series(1, {Orphans + 1000}) g;
            analyze
            """);
    }

    public void Dispose()
    {
        _shop.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData(OrphanAction.SetNull, 0, Orphans, Traits = ["Day", "0"])]
    [InlineData(OrphanAction.Delete, Orphans, 0, Traits = ["Day", "1"])]
    [InlineData(OrphanAction.Quarantine, Orphans, 0, Traits = ["Day", "2"])]
    public void Batches_do_what_one_transaction_does_and_one_file_undoes_them(
        OrphanAction action, int deleted, int updated)
    {
        IReadOnlyDictionary<string, string> before = _shop.Digest();

        RepairOrphanResult result = new Damage(_shop).Repair(
            new() { Reference = new Damage(_shop).Names, Action = action, BatchSize = 3000, UndoPath = _files.New() });

        // A slow machine makes batches smaller.
        Assert.InRange(result.Batches, 7, Orphans);
        Assert.Equal((deleted, updated, Orphans), (result.Deleted, result.Updated, result.Orphans));
        Assert.Empty(Oracle.Declared(_shop));
        Assert.Equal(0,
            _shop.Session.List<long>(
                "select count(*) from pg_class where relpersistence = 't' and relname like 'dataops%'")[0]);
        ChangeFiles.Undo(_shop, result.UndoPath!);
        if (action == OrphanAction.Quarantine)
            _shop.Execute("drop table dataops_quarantine");
        Assert.Equal(before, _shop.Digest());
    }

    [Fact]
    public void A_limit_and_a_missing_name_refuse_a_run_in_batches_before_the_first_of_them()
    {
        Damage damage = new(_shop);
        RepairOrphanOptions options = new()
        {
            Reference = damage.Names, Action = OrphanAction.Delete, BatchSize = 3000, NoUndo = true,
            MaxDelete = $"{Orphans - 1}",
        };

        Assert.Equal(ErrorIds.TooManyDeletions, damage.Refuse(options).Id);
        Assert.Equal(ErrorIds.TooManyDeletions, damage.Refuse(options with { WhatIf = true }).Id);
        Assert.Equal(Orphans, damage.Repair(options with { MaxDelete = $"{Orphans}" }).Deleted);
    }

    [Fact, Trait("Day", "0")]
    public async Task Another_client_writes_meanwhile_and_a_run_that_was_stopped_is_gone_on_with()
    {
        using CancellationTokenSource stop = new();
        using CancellationTokenSource end = new();
        Task<(int Writes, TimeSpan Longest)> writer = Task.Run(() => Write(end.Token));
        string first = _files.New();
        string second = _files.New();
        OperationContext context = new() { Cancellation = stop.Token, Progress = new StopAfter(5000, stop) };
        List<RepairOrphanResult> results = [];
        using (Session session = _shop.Open())
            Assert.Throws<OperationCanceledException>(() =>
            {
                foreach (object result in new RepairOrphan().Run(
                    session, new() { Reference = new Damage(_shop).Names, Action = OrphanAction.Delete, BatchSize = 500, UndoPath = first }, context))
                    results.Add((RepairOrphanResult)result);
            });

        results.Add(
            new Damage(_shop).Repair(new() { Reference = new Damage(_shop).Names, Action = OrphanAction.Delete, BatchSize = 500, UndoPath = second }));
        end.Cancel();
        (int writes, TimeSpan longest) = await writer;

        Assert.InRange(results[0].Deleted, 5000, Orphans - 1);
        Assert.Equal(Orphans, results.Sum(r => r.Deleted));
        Assert.Equal(1000 + writes, _shop.Scalar<long>("select count(*) from purchase"));
        Assert.Empty(Oracle.Declared(_shop));
        Assert.True(writes > 0);
        Assert.True(longest < TimeSpan.FromSeconds(5), $"a writer waited for {longest}");
        ChangeFiles.Undo(_shop, second);
        ChangeFiles.Undo(_shop, first);
        Assert.Equal(Orphans, Oracle.Declared(_shop).Count);
    }

    // Buys, and changes purchases of customers that are there, while the others are repaired.
    private (int Writes, TimeSpan Longest) Write(CancellationToken end)
    {
        using NpgsqlConnection connection = new(_shop.ConnectionString);
        connection.Open();
        TimeSpan longest = TimeSpan.Zero;
        int writes = 0;
        while (!end.IsCancellationRequested)
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            using NpgsqlCommand command = new(
                $"""
                insert into purchase values ({1000000 + writes}, {1 + (writes % 100)}, 'new');
                update purchase set t = t || '.' where id = {Orphans + 1 + (writes % 1000)};
                update customer set id = id where id = {1 + (writes % 100)}
                """,
                connection);
            command.ExecuteNonQuery();
            TimeSpan took = System.Diagnostics.Stopwatch.GetElapsedTime(start);
            longest = took > longest ? took : longest;
            writes++;
        }
        return (writes, longest);
    }

    private sealed class StopAfter(long rows, CancellationTokenSource stop) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value)
        {
            if (value.Activity.StartsWith("Repairing", StringComparison.Ordinal) && value.Done >= rows)
                stop.Cancel();
        }
    }
}
