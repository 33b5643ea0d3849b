using DataOps.Core.Changes.UndoFiles;
using System.IO.Compression;
using System.Text;
using Npgsql;

namespace DataOps.Core.Tests.Changes;

public sealed class ChangeSetTests(PostgresServer server) : IDisposable
{
    private const string Posts = """
        create table post (id int primary key, slug text not null unique, body text, twice int generated always as (id * 2) stored);
        insert into post (id, slug, body) values (1, 'a', E'tab\tline\nback\\slash'), (2, 'b', null), (3, 'c', ''), (4, 'd', 'x');
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dataops-changes-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_undo_file_holds_what_was_done_and_what_the_rows_were()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);

        string? written = Apply(database, changes =>
        {
            TablePlan post = changes.Of(TableOf(database, "post"));
            Assert.Equal(2, post.PlanUpdate($"from public.post t where t.id in (1, 2)"));
            Assert.Equal(1, post.PlanDelete($"from public.post t where t.id = 3"));
            Assert.Equal(1, post.PlanInsert($"select 9"));
        }, "update public.post set body = 'new' where id = 1; delete from public.post where id = 3; insert into " +
            "public.post (id, slug) values (9, 'n')");

        Assert.Equal(PathOf("undo.gz"), written);
        string[] lines = Lines(written!);
        Assert.StartsWith("{\"format\":\"DataOps.Undo\",\"version\":1,\"operation\":\"Test-Change\",", lines[0]);
        Assert.Contains("{\"name\":\"slug\",\"type\":\"text\"}", lines[0]);
        // The planned update of row 2 changed nothing.
        Assert.Equal(
            ["1\tD\t\\N\t3\tc\t\t6", "1\tI\t·\t9\t\\N\t\\N\t\\N", "1\tU\t·\t1\ta\ttab\\tline\\nback\\\\slash\t2"],
            lines[1..^1].Select(WithoutFingerprint).Order(StringComparer.Ordinal));
        Assert.StartsWith("{\"rows\":3,\"sha256\":\"", lines[^1]);
        Assert.Equal([PathOf("undo.gz")], Directory.GetFileSystemEntries(_folder.FullName));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(written!));
    }

    [Fact]
    public void Rows_of_a_table_without_a_key_are_known_by_what_the_table_holds_more_or_less()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table log (a int, b json); insert into log values (1, '{}'), (1, '{}'), (1, '{}'), (2, null), " +
                "(2, null)");

        string? written = Apply(database, changes =>
        {
            TablePlan log = changes.Of(TableOf(database, "log"));
            Assert.Equal(2, log.PlanUpdate($"from public.log t where t.a = 2"));
            Assert.Equal(3, log.PlanDelete($"from public.log t where t.a = 1"));
        }, "delete from public.log where ctid = (select min(ctid) from public.log where a = 1); update public.log " +
            "set b = '[ ]' where a = 2; insert into public.log values (1, '{ }')");

        Assert.Equal(
            ["1\tD\t0\t2\t\\N", "1\tD\t0\t2\t\\N", "1\tD\t2\t1\t{}", "1\tI\t1\t1\t{ }", "1\tI\t2\t2\t[ ]",
                "1\tI\t2\t2\t[ ]"],
            Lines(written!)[1..^1].Select(WithoutFingerprint).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_change_that_changes_no_row_leaves_no_file()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);

        Assert.Null(
            Apply(database, changes => changes.Of(TableOf(database, "post")).PlanUpdate($"from public.post t"),
                "update public.post set body = body"));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Rows_that_another_writer_changed_since_the_plan_are_named_each()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts + "create table log (a int, b text); insert into log values (1, 'x'), (1, 'x')");

        DataOpsException failure = Assert.Throws<DataOpsException>(() => Apply(database, changes =>
        {
            TablePlan post = changes.Of(TableOf(database, "post"));
            post.PlanUpdate($"from public.post t where t.id in (1, 2)");
            post.PlanDelete($"from public.post t where t.id in (3, 4)");
            post.PlanInsert($"select 9");
            changes.Of(TableOf(database, "log")).PlanDelete($"from public.log t");
            database.Execute(
                "update post set body = 'theirs' where id = 2; delete from post where id = 3; insert into post (id, " +
                    "slug) values (9, 'x'); delete from log where ctid = '(0,1)'");
        }, "select 1"));

        Assert.Equal(("ChangedMeanwhile", FailureKind.Busy), (failure.Id, failure.Kind));
        Assert.Equal(
            ["4 rows have been changed by another session since the plan was made, so nothing was changed.",
                "log (1,x)  changed or removed", "post 2     changed", "post 3     removed", "post 9     inserted"],
            failure.Message.Split('\n').Select(l => l.Trim()));
    }

    [Fact]
    public void A_locked_row_waits_for_the_end_of_the_transaction()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);

        Apply(database,
            changes => changes.Of(TableOf(database, "post")).PlanUpdate($"from public.post t where t.id = 1"),
            "update public.post set body = 'ours' where id = 1", locked: () =>
        {
            PostgresException refused = Assert.Throws<PostgresException>(
                () => database.Execute("set lock_timeout = 100; update post set body = 'theirs' where id = 1"));
            Assert.Equal(PostgresErrorCodes.LockNotAvailable, refused.SqlState);
            database.Execute("update post set body = 'theirs' where id = 2");
        });

        Assert.Equal(["ours", "theirs"], database.Column("select body from post where id < 3 order by id"));
    }

    [Fact]
    public void Without_a_commit_the_file_goes_away_again()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts +
            "create table child (id int primary key, post_id int not null references post deferrable initially " +
            "deferred); insert into child values (1, 1)");
        IReadOnlyDictionary<string, string> before = database.Digest();

        Assert.Throws<DataOpsException>(() => Apply(
            database, changes => changes.Of(TableOf(database, "post")).PlanDelete($"from public.post t where t.id = 1"),
            "delete from public.post where id = 1",
            written: () => Assert.NotEmpty(Directory.GetFileSystemEntries(_folder.FullName))));

        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void A_row_planned_twice_is_there_once_as_it_was_first()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Posts);

        string? written = Apply(database, changes =>
        {
            TablePlan post = changes.Of(TableOf(database, "post"));
            post.PlanUpdate($"from public.post t where t.id = 1");
            Assert.Equal(0, post.PlanUpdate($"from public.post t join (values (1), (1)) s (id) on s.id = t.id"));
            Assert.Equal(0, post.PlanDelete($"from public.post t where t.id = 1"));
            Assert.Equal(1, post.Planned);
        }, "delete from public.post where id = 1");

        Assert.Equal(3, Lines(written!).Length);
    }

    private string? Apply(
        TestDatabase database, Action<ChangeSet> plan, string apply, Action? locked = null, Action? written = null)
    {
        Session session = database.Session;
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        using ChangeRun change =
            new(session, catalog, "Test-Change", new ChangeWay.AtOnce(UndoPlace.At(PathOf("undo.gz"))),
                new OperationContext());
        plan(change.Changes);
        change.Confirm(() => locked?.Invoke());
        change.Last(() =>
        {
            written?.Invoke();
            return false;
        });
        return change.Finish(() => session.Execute(apply)).UndoPath;
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private static Table TableOf(TestDatabase database, string name) =>
        DatabaseCatalog.Read(database.Session).Find("public", name)!;

    private static string[] Lines(string path)
    {
        using GZipStream gzip = new(File.OpenRead(path), CompressionMode.Decompress);
        using StreamReader reader = new(gzip, Encoding.UTF8);
        return reader.ReadToEnd().TrimEnd('\n').Split('\n');
    }

    private static string WithoutFingerprint(string line)
    {
        string[] fields = line.Split('\t');
        if (fields[2].Length == 32)
            fields[2] = "·";
        return string.Join('\t', fields);
    }
}
