using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Features.Undo;
using Npgsql;

namespace DataOps.Core.Tests.Changes.Batches;

/// <summary>
/// Wherever a run in batches breaks: what is committed is whole in the undo file, and what is not committed does no
/// harm there.
/// </summary>
[Trait("Day", "0")]
public sealed class BatchFaultTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private const string Items = """
        create table item (id int primary key, v text);
        create table tally (id int primary key, n int not null);
        create table log (v text);
        insert into item select g, 'value ' || g from generate_series(1, 60) g; insert into tally values (1, 0); insert into log values ('x'), ('x')
        """;

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("set constraints all immediate", 2)]
    [InlineData("to stdout", 2)]
    [InlineData("commit", 3)]
    [InlineData("for no key update", 3)]
    public void A_connection_that_breaks_in_the_middle_leaves_whole_batches_that_can_be_undone(
        string statement, int committed)
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        IReadOnlyDictionary<string, string> before = database.Digest();
        using BreakingProxy proxy = new(database.Port);
        using Session session = Through(proxy, database);
        string path = _files.New();
        BatchedChange batches = ChangeFiles.Batches(session, BatchLimits.Of(10), path);

        bool isDone = Change(batches, session, () =>
        {
            if (batches.Batches == 2)
                proxy.DropAnswersAfter(statement);
        });

        // A commit whose answer was lost was done all the same, and the server says so.
        Assert.Equal((committed, committed * 10), (batches.Batches, Committed(database)));
        Assert.False(isDone);
        Assert.Equal(FailureKind.Connection, Assert.Throws<DataOpsException>(batches.ThrowIfStopped).Kind);
        Assert.Equal(Committed(database),
            ChangeFiles.Lines(path).Count(l => l.StartsWith("{\"format\"", StringComparison.Ordinal)) * 10);
        string second = _files.New();
        Assert.True(Change(ChangeFiles.Batches(database.Session, BatchLimits.Of(10), second), database.Session));
        Assert.Equal(60, Committed(database));
        ChangeFiles.Undo(database, second);
        ChangeFiles.Undo(database, path);
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void A_batch_that_was_written_and_never_committed_is_left_out()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        IReadOnlyDictionary<string, string> before = database.Digest();
        string path = WithUncommittedBatch(database);
        Assert.Equal(20, Committed(database));

        UndoResult undone = ChangeFiles.Undo(database, path);

        // 20 items, the tally, and two lines of the log.
        Assert.Equal(23, undone.Count);
        Assert.Equal(before, database.Digest());
        Assert.False(ChangeFiles.Undo(database, path).Changed);
    }

    [Fact]
    public void A_file_of_batches_that_is_cut_or_lacks_one_is_refused()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        string path = _files.New();
        Assert.True(Change(ChangeFiles.Batches(database.Session, BatchLimits.Of(20), path), database.Session));
        IReadOnlyDictionary<string, string> after = database.Digest();
        byte[] whole = File.ReadAllBytes(path);
        long[] ends = Offsets(path);
        Assert.Equal(3, ends.Length);
        string Part(params Range[] ranges)
        {
            string part = _files.New();
            File.WriteAllBytes(part, [.. ranges.SelectMany(r => whole[r])]);
            return part;
        }

        for (int length = 1; length < whole.Length; length += 3)
            if (!ends.Contains(length))
                Assert.Equal("DamagedUndoFile",
                    Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, Part(..length))).Id);
        (int second, int third) = ((int)ends[1], (int)ends[2]);
        string[] mixed =
            [Part(second..), Part(..second, third..), Part(..second, third.., second..third), Part(.., third..),
                Part(.., ..second)];
        foreach (string damaged in mixed)
            Assert.Equal(
                "DamagedUndoFile", Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, damaged)).Id);
        Assert.Equal(after, database.Digest());

        DataOpsException cut = Assert.Throws<DataOpsException>(
            () => ChangeFiles.Undo(database, Part(..(whole.Length - 9))));
        Assert.Contains(
            $"its first 2 batches are all that was committed, put them into a file of their own: they are the first " +
                $"{third} bytes.", cut.Advice);
        Assert.Equal(
            "ChangedSince", Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, Part(..third))).Id);
    }

    [Fact]
    public void A_file_that_somebody_else_writes_to_stops_the_run_and_nothing_of_theirs_is_lost()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        string path = _files.New();
        BatchedChange batches = ChangeFiles.Batches(database.Session, BatchLimits.Of(10), path);

        Assert.False(Change(batches, database.Session, () =>
        {
            if (batches.Batches == 2)
                File.AppendAllText(path, "theirs");
        }));

        Assert.Equal("WriteFailed", Assert.Throws<DataOpsException>(batches.ThrowIfStopped).Id);
        Assert.Equal(20, Committed(database));
        Assert.EndsWith("theirs", File.ReadAllText(path));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(null)]
    public void Runs_of_any_size_stopped_anywhere_add_up_to_the_whole_and_are_undone_to_the_byte(int? fixedSeed)
    {
        int seed = fixedSeed ?? Environment.TickCount & 0xffffff;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using TestDatabase database = server.Blank();
        RandomSchema schema = new(seed);
        database.Execute(schema.Create() + ";" + Items);
        IReadOnlyDictionary<string, string> before = database.Digest();
        Stack<string> written = [];
        for (int run = 0; Committed(database) < 60; run++)
        {
            using CancellationTokenSource stop = new();
            using Session session = database.Open();
            string path = _files.New();
            BatchedChange batches = ChangeFiles.Batches(
                session, BatchLimits.Of(random.Next(1, 25)), path, new OperationContext { Cancellation = stop.Token });
            int last = random.Next(0, 6);
            bool isKilled = random.Next(2) == 0;
            Change(batches, session, () =>
            {
                if (batches.Batches < last)
                    return;
                if (isKilled)
                    database.Execute($"select pg_terminate_backend({session.Connection.ProcessID})");
                else
                    stop.Cancel();
            }, schema);
            Assert.Equal(batches.UndoPath is not null, File.Exists(path));
            if (batches.UndoPath is { } undo)
                written.Push(undo);
        }
        IReadOnlyDictionary<string, string> after = database.Digest();
        Assert.NotEqual(before, after);

        List<string> redo = [];
        foreach (string path in written)
        {
            string undone = _files.New();
            ChangeFiles.Undo(database, path, undoPath: undone);
            redo.Insert(0, undone);
        }

        Assert.Equal(before, database.Digest());
        foreach (string path in redo)
            ChangeFiles.Undo(database, path);
        Assert.Equal(after, database.Digest());
    }

    // What a process leaves that is killed between the file and the commit.
    private string WithUncommittedBatch(TestDatabase database)
    {
        string path = _files.New();
        using Session session = database.Open();
        UndoBatches undo = new(UndoPlace.At(path), "Test-Change");
        foreach (int batch in new[] { 0, 1, 2 })
        {
            NpgsqlTransaction transaction = session.Connection.BeginTransaction(
                System.Data.IsolationLevel.ReadCommitted);
            ChangeSet changes = new(session, "Test-Change", default);
            Plan(changes, session, $"(select g as id from generate_series({(batch * 10) + 1}, {(batch * 10) + 10}) g)");
            changes.Lock();
            Apply(changes, session);
            changes.WriteUndo(undo.Place, undo);
            if (batch < 2)
                changes.Commit(transaction);
        }
        database.Execute($"select pg_terminate_backend({session.Connection.ProcessID})");
        return path;
    }

    private static bool Change(
        BatchedChange batches, Session session, Action? step = null, RandomSchema? schema = null) => batches.Run(
        "Renaming", $"select id from public.item where v not like 'new%' order by id",
        (change, rows) => Plan(change.Changes, session, rows, schema),
        changes =>
        {
            step?.Invoke();
            Apply(changes, session, schema);
        });

    private static void Plan(ChangeSet changes, Session session, SqlText rows, RandomSchema? schema = null)
    {
        DatabaseCatalog catalog = DatabaseCatalog.Read(session);
        changes.Of(catalog.Find("public", "item")!).PlanUpdate($"from public.item t join {rows} b on b.id = t.id");
        changes.Of(catalog.Find("public", "tally")!).PlanUpdate($"from public.tally t");
        changes.Of(catalog.Find("public", "log")!);
        foreach (string table in schema?.Tables ?? [])
            changes.Of(catalog.Find("public", table.Trim('"'))!).PlanUpdate(SqlText.Raw($"from public.{table} t"));
    }

    private static void Apply(ChangeSet changes, Session session, RandomSchema? schema = null)
    {
        TablePlan item = changes.Tables.Single(t => t.Table.Name == "item");
        TablePlan log = changes.Tables.Single(t => t.Table.Name == "log");
        session.Execute($"update public.item t set v = 'new ' || t.v from {item.Name} c where c.id = t.id");
        session.Execute("update public.tally set n = n + 1");
        session.Execute("insert into public.log values ('x')");
        log.AddInserted($"select 'x'");
        if (schema is null)
            return;
        // Random tables change and change again, whole rows and keys too.
        session.Execute(
            $"set local search_path = public; {schema.Change(1000 + (int)(session.List<long>("select n from public.tally")[0] * 20))}");
        session.Execute("set local search_path = pg_catalog");
        foreach (TablePlan table in changes.Tables.Where(t => schema.Tables.Any(n => n.Trim('"') == t.Table.Name)))
            table.AddInserted($"select {table.Identity.Of("t")} from {table.Table.Sql} t");
    }

    private static int Committed(TestDatabase database) =>
        (int)database.Scalar<long>("select count(*) from item where v like 'new%'");

    private static Session Through(BreakingProxy proxy, TestDatabase database) =>
        Session.Open(ConnectionSettings.Parse(
            database.Uri.Replace($":{database.Port}/", $":{proxy.Port}/", StringComparison.Ordinal)), "Test");

    private static long[] Offsets(string path)
    {
        using UndoFileReader reader = new(path);
        return [.. reader.Batches.Select(b => b.Offset!.Value)];
    }
}
