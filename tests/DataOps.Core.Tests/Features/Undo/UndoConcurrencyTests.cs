using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Features.Undo;

public sealed class UndoConcurrencyTests(PostgresServer server) : IDisposable
{
    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Of_several_that_undo_at_the_same_time_one_does_it_and_no_two_wait_for_each_other()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table a (id int primary key, v text unique); create table b (id int primary key, v text unique);
            insert into a select g, 'v' || g from generate_series(1, 3000) g; insert into b select * from a
            """);
        IReadOnlyDictionary<string, string> before = database.Digest();
        string file =
            _files.ApplyAnything(database, ["b", "a"],
                "update a set v = v || 'x'; update b set v = v || 'y'; delete from b where id % 3 = 0; insert into " +
                    "a values (9999, 'n')")!;

        string[] outcomes =
            [.. Enumerable.Range(0, 6).AsParallel().WithDegreeOfParallelism(6).Select(_ => Attempt(database, file))];

        Assert.Single(outcomes, "done");
        Assert.All(
            outcomes, o => Assert.Contains(o, (string[])["done", "nothing to do", "ChangedMeanwhile", "ChangedSince"]));
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void A_row_that_somebody_holds_is_waited_for_and_no_longer_than_the_lock_timeout()
    {
        using TestDatabase database = server.Blank();
        database.Execute("create table a (id int primary key, v text); insert into a values (1, 'x'), (2, 'y')");
        string file = _files.ApplyAnything(database, ["a"], "update a set v = v || 'x'")!;
        IReadOnlyDictionary<string, string> after = database.Digest();
        using Npgsql.NpgsqlConnection other = new(database.ConnectionString);
        other.Open();
        using Npgsql.NpgsqlTransaction held = other.BeginTransaction();
        using Npgsql.NpgsqlCommand hold = new("select 1 from a where id = 2 for update", other);
        hold.ExecuteNonQuery();
        database.Session.Execute("set lock_timeout = 100");

        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => ChangeFiles.Undo(database, file, undoPath: _files.New()));

        Assert.Equal(("Postgres.55P03", FailureKind.Busy), (failure.Id, failure.Kind));
        Assert.Equal(after, database.Digest());
        held.Rollback();
        Assert.True(ChangeFiles.Undo(database, file).Changed);
    }

    [Fact]
    public void The_owner_of_the_tables_needs_no_other_right()
    {
        using TestDatabase database = server.Blank();
        string role = "owner_" + database.Name;
        database.Execute(
            $"create role {role} login; grant create on schema public to {role}; set role {role}; create table a " +
                $"(id int primary key, v text); insert into a values (1, 'x'), (2, 'y')");
        try
        {
            IReadOnlyDictionary<string, string> before = database.Digest();
            string file = _files.ApplyAnything(
                database, ["a"], "update public.a set v = v || 'x'; delete from public.a where id = 2")!;
            using Session session =
                Session.Open(ConnectionSettings.Parse(
                    database.Uri.Replace("postgres@", role + "@", StringComparison.Ordinal)), "Test");

            Assert.True(
                ((UndoResult)new UndoChange().Run(
                    session, new UndoChangeOptions { Path = file, UndoPath = _files.New() }, new OperationContext())
                        .Single()).Changed);

            Assert.Equal(before, database.Digest());
        }
        finally
        {
            database.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    private static string Attempt(TestDatabase database, string file)
    {
        using Session session = database.Open();
        try
        {
            UndoResult result = (UndoResult)new UndoChange().Run(
                session, new UndoChangeOptions { Path = file, NoUndo = true }, new OperationContext()).Single();
            return result.Changed ? "done" : "nothing to do";
        }
        catch (DataOpsException e)
        {
            return e.Id;
        }
    }
}
