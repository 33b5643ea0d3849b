using DataOps.Core.Changes.Batches;
using DataOps.Core.Features.Undo;
using Npgsql;

namespace DataOps.Core.Tests.Changes.Batches;

/// <summary>Work in short transactions: whole batches are done and in the undo file, whatever stops the rest.</summary>
public sealed class BatchedChangeTests(PostgresServer server) : IDisposable
{
    private const string Items = """
        create table item (id int primary key, v text);
        create table part (id int primary key, item_id int references item on delete cascade deferrable initially deferred, v text);
        insert into item select g, 'value ' || g from generate_series(1, 100) g;
        insert into part select g, 1 + g % 100, 'part ' || g from generate_series(1, 250) g
        """;

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void All_of_it_is_done_in_batches_and_undone_as_one()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        IReadOnlyDictionary<string, string> before = database.Digest();
        string path = _files.New();
        BatchedChange batches = Batches(database.Session, path, 30);

        Assert.True(Rename(batches, database.Session));

        Assert.Equal((4, 100, 100, 100, 0, path),
            (batches.Batches, batches.Done, batches.Total, batches.Rows, batches.Retries, batches.UndoPath));
        batches.ThrowIfStopped();
        Assert.Equal(100, database.Scalar<long>("select count(*) from item where v like 'new%'"));
        Assert.Equal(4, ChangeFiles.Lines(path).Count(l => l.StartsWith("{\"format\"", StringComparison.Ordinal)));
        Assert.Equal(["1.undo.gz"], _files.Names);
        UndoResult undone = ChangeFiles.Undo(database, path);
        Assert.Equal((true, 100), (undone.Changed, undone.Count));
        Assert.Equal(before, database.Digest());
        Assert.False(ChangeFiles.Undo(database, path).Changed);
    }

    [Fact]
    public void What_depends_on_a_batch_goes_with_it_and_another_selection_follows_into_the_same_file()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        IReadOnlyDictionary<string, string> before = database.Digest();
        string path = _files.New();
        BatchedChange batches = Batches(database.Session, path, 7);
        Table part = TableOf(database.Session, "part");

        Assert.True(Delete(batches, database.Session, "select id from public.item where id <= 40"));
        Assert.True(batches.Run("Emptying", $"select id from public.part", (change, rows) =>
            change.Changes.Of(part).PlanUpdate($"from public.part t join {rows} b on b.id = t.id"), changes =>
            database.Session.Execute(
                $"update public.part t set v = null from {changes.Of(part).Name} c where c.id = t.id")));

        Assert.Equal((60, 131),
            (database.Scalar<long>("select count(*) from item"),
                database.Scalar<long>("select count(*) from part where v is null")));
        Assert.Equal((40 + 119 + 131, 40 + 131), ((int)batches.Rows, (int)batches.Done));
        ChangeFiles.Undo(database, path);
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void A_row_that_several_batches_change_comes_back_as_it_was_first()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table parent (id int primary key, n int not null); create table child (id int primary key, " +
                "parent_id int); "
            + "insert into parent values (1, 0), (2, 0); insert into child select g, 1 + g % 2 from " +
            "generate_series(1, 20) g");
        IReadOnlyDictionary<string, string> before = database.Digest();
        string path = _files.New();
        Table parent = TableOf(database.Session, "parent");
        Table child = TableOf(database.Session, "child");

        Assert.True(Batches(database.Session, path, 3).Run("Counting", $"select id from public.child", (change, rows) =>
        {
            change.Changes.Of(child).PlanDelete($"from public.child t join {rows} b on b.id = t.id");
            change.Changes.Of(parent)
                .PlanUpdate(
                    $"from public.parent t where t.id in (select c.parent_id from public.child c join {rows} b on " +
                        $"b.id = c.id)");
        }, changes =>
        {
            database.Session.Execute($"""
                update public.parent t set n = t.n + (select count(*) from {changes.Of(child).Name} c where c.parent_id = t.id)
                from {changes.Of(parent).Name} p where p.id = t.id
                """);
            changes.Delete();
        }));

        Assert.Equal([10, 10], database.Rows("select n from parent").Select(r => (int)r[0]!));
        Assert.Equal(22, ChangeFiles.Undo(database, path).Count);
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void Rows_without_a_key_that_several_batches_change_come_back_as_often_as_they_were()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table log (a int, b text); insert into log select g % 3, 'x' from generate_series(1, 20) g");
        IReadOnlyDictionary<string, string> before = database.Digest();
        string path = _files.New();
        Table log = TableOf(database.Session, "log");

        Assert.True(Batches(database.Session, path, 2)
            .Run("Moving", $"select ctid as place from public.log where a = 1", (change, rows) =>
            change.Changes.Of(log).PlanDelete($"from public.log t join {rows} b on b.place = t.ctid where t.a = 1"),
            changes =>
        {
            changes.Delete();
            database.Session.Execute("insert into public.log values (9, 'y')");
        }));

        Assert.Equal(4, database.Scalar<long>("select count(*) from log where a = 9"));
        Assert.Equal(
            (7, 4), (ChangeFiles.Undo(database, path, whatIf: true) is var plan ? plan.Inserted : 0, plan.Deleted));
        ChangeFiles.Undo(database, path);
        Assert.Equal(before, database.Digest());
        Assert.False(ChangeFiles.Undo(database, path).Changed);
    }

    [Fact]
    public void A_batch_in_which_a_row_fails_is_not_done_and_those_before_it_are()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items + "; alter table item add check (id <> 47 or v not like 'new%')");
        IReadOnlyDictionary<string, string> before = database.Digest();
        string path = _files.New();
        BatchedChange batches = Batches(database.Session, path, 10);

        Assert.False(Rename(batches, database.Session));

        Assert.Equal((4, 40, true), (batches.Batches, batches.Done, batches.IsStopped));
        DataOpsException stopped = Assert.Throws<DataOpsException>(batches.ThrowIfStopped);
        Assert.Equal("Postgres.23514", stopped.Id);
        Assert.StartsWith($"Test-Change stopped after 4 batches with 40 of 100 rows, which are done and in {path}: ",
            stopped.Message);
        Assert.Equal(40, database.Scalar<long>("select count(*) from item where v like 'new%'"));
        Assert.False(Rename(batches, database.Session));

        // The rest of it, when what was wrong is right again.
        database.Execute("alter table item drop constraint item_check");
        string second = _files.New();
        BatchedChange rest = Batches(database.Session, second, 25);
        Assert.True(Rename(rest, database.Session));
        Assert.Equal((3, 60), (rest.Batches, rest.Done));
        ChangeFiles.Undo(database, second);
        ChangeFiles.Undo(database, path);
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void An_orphan_whose_target_one_batch_made_and_that_a_later_one_changed_is_one_again()
    {
        using TestDatabase database = server.Blank();
        database.Execute($"""
            {Items};
            set session_replication_role = replica; insert into part values (900, 999, 'orphan');
            set session_replication_role = origin
            """);
        IReadOnlyDictionary<string, string> before = database.Digest();
        string path = _files.New();
        Session session = database.Session;
        DatabaseCatalog tables = ReferenceCatalog.Read(session, withEmbedded: false).Database;
        BatchedChange batches = Batches(session, path, 10);

        Assert.True(batches.Run("Inserting", $"select 999 as id", (change, _) => change.Insert(
            tables.Find("public", "item")!, ["id", "v"], $"select 999, 'made'")));
        Assert.True(batches.Run("Updating", $"select 900 as id", (change, _) => change.Update(
            tables.Find("public", "part")!, ["v"], $"select 900 as id, 'new'::text as v")));

        batches.Finish();
        Assert.Equal((2, 2), (batches.Batches, batches.Rows));
        ChangeFiles.Undo(database, path);
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void Stopping_leaves_the_batches_that_are_done()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        IReadOnlyDictionary<string, string> before = database.Digest();
        string path = _files.New();
        using CancellationTokenSource stop = new();
        BatchedChange batches = ChangeFiles.Batches(
            database.Session, BatchLimits.Of(10), path, new OperationContext { Cancellation = stop.Token });

        Assert.False(Rename(batches, database.Session, () =>
        {
            if (batches.Batches == 3)
                stop.Cancel();
        }));

        Assert.ThrowsAny<OperationCanceledException>(batches.ThrowIfStopped);
        Assert.Equal((3, 30, path), (batches.Batches, batches.Done, batches.UndoPath));
        Assert.Equal(30, database.Scalar<long>("select count(*) from item where v like 'new%'"));
        ChangeFiles.Undo(database, path);
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void Rows_that_others_change_meanwhile_are_planned_anew_when_the_rest_is_done()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        string path = _files.New();
        BatchedChange batches = Batches(database.Session, path, 10);
        bool isFirst = true;

        Assert.True(Rename(batches, database.Session, () =>
        {
            if (isFirst)
                database.Execute(
                    "update item set v = 'theirs' where id = 4; delete from part where item_id = 5; delete from " +
                        "item where id = 5");
            isFirst = false;
        }));

        Assert.Equal((1, 10, 100, 99), (batches.Retries, batches.Batches, batches.Done, batches.Rows));
        Assert.Equal("new theirs", database.Scalar<string>("select v from item where id = 4"));
        ChangeFiles.Undo(database, path);
        Assert.Equal("theirs", database.Scalar<string>("select v from item where id = 4"));
    }

    [Fact]
    public void A_row_that_somebody_holds_is_waited_for_shortly_and_the_others_are_done_meanwhile()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        using NpgsqlConnection other = new(database.ConnectionString);
        other.Open();
        using NpgsqlTransaction holding = other.BeginTransaction();
        using (NpgsqlCommand update = new("update item set v = 'theirs' where id = 15", other))
            update.ExecuteNonQuery();
        BatchLimits limits = BatchLimits.Of(10) with
        {
            LockTimeout = TimeSpan.FromMilliseconds(50), LongestHold = TimeSpan.FromHours(1), Attempts = 3,
            FirstPause = TimeSpan.FromMilliseconds(1),
        };
        BatchedChange batches = ChangeFiles.Batches(database.Session, limits, _files.New());

        Assert.False(Rename(batches, database.Session));

        Assert.Equal("Postgres.55P03", Assert.Throws<DataOpsException>(batches.ThrowIfStopped).Id);
        Assert.Equal((9, 90), (batches.Batches, batches.Done));
        Assert.Equal(90, database.Scalar<long>("select count(*) from item where v like 'new%'"));
        holding.Rollback();
        Assert.True(Rename(Batches(database.Session, _files.New(), 10), database.Session));
        Assert.Equal(100, database.Scalar<long>("select count(*) from item where v like 'new value%'"));
    }

    [Fact]
    public void Batches_that_hold_their_locks_for_too_long_are_made_smaller()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        BatchLimits limits = BatchLimits.Of(40) with { LongestHold = TimeSpan.Zero };
        BatchedChange batches = ChangeFiles.Batches(database.Session, limits, null);

        Assert.True(Rename(batches, database.Session));

        // 40, 20, 10, 5, 2, and the other 23 one by one.
        Assert.Equal((28, 100), (batches.Batches, batches.Done));
    }

    [Fact]
    public void Without_an_undo_file_there_is_none()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        BatchedChange batches = Batches(database.Session, null, 40);

        Assert.True(Rename(batches, database.Session));

        Assert.Equal((3, 100, null), (batches.Batches, batches.Rows, batches.UndoPath));
        Assert.Empty(_files.Names);
    }

    [Fact]
    public void A_selection_of_no_rows_changes_nothing()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        BatchedChange batches = Batches(database.Session, _files.New(), 40);

        Assert.True(Delete(batches, database.Session, "select id from public.item where false"));

        Assert.Equal((0, 0, null), (batches.Batches, batches.Total, batches.UndoPath));
        Assert.Empty(_files.Names);
        Assert.Equal("InvalidBatchSize", Assert.Throws<DataOpsException>(() => BatchLimits.Of(0)).Id);
    }

    private static BatchedChange Batches(Session session, string? path, int size) =>
        ChangeFiles.Batches(session, BatchLimits.Of(size) with { LongestHold = TimeSpan.FromHours(1) }, path);

    private static bool Rename(BatchedChange batches, Session session, Action? planned = null)
    {
        Table item = TableOf(session, "item");
        return batches.Run("Renaming", $"select id from public.item where v not like 'new%' order by id",
            (change, rows) =>
        {
            change.Changes.Of(item).PlanUpdate($"from public.item t join {rows} b on b.id = t.id");
            planned?.Invoke();
        }, changes => session.Execute(
            $"update public.item t set v = 'new ' || t.v from {changes.Of(item).Name} c where c.id = t.id"));
    }

    private static bool Delete(BatchedChange batches, Session session, string keys)
    {
        (Table item, Table part) = (TableOf(session, "item"), TableOf(session, "part"));
        return batches.Run("Deleting", SqlText.Raw(keys), (change, rows) =>
        {
            change.Changes.Of(item).PlanDelete($"from public.item t join {rows} b on b.id = t.id");
            change.Changes.Of(part).PlanDelete($"from public.part t join {rows} b on b.id = t.item_id");
        }, changes => changes.Delete());
    }

    private static Table TableOf(Session session, string name) => DatabaseCatalog.Read(session).Find("public", name)!;
}
