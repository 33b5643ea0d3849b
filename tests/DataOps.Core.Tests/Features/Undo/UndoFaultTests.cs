using DataOps.Core.Changes.UndoFiles;
using System.Diagnostics;
using DataOps.Core.Features.Undo;
using Npgsql;

namespace DataOps.Core.Tests.Features.Undo;

/// <summary>Wherever it breaks: the change is there with a whole undo file, or neither is.</summary>
[Trait("Day", "1")]
public sealed class UndoFaultTests(PostgresServer server) : IDisposable
{
    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("lock")]
    [InlineData("apply")]
    [InlineData("write")]
    [InlineData("commit")]
    public void A_connection_that_breaks_leaves_the_database_as_it_was_and_no_file(string step)
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        IReadOnlyDictionary<string, string> before = database.Digest();

        DataOpsException failure = Assert.Throws<DataOpsException>(() => Change(database, at =>
        {
            if (at == step)
                Kill(database);
        }));

        Assert.Equal(FailureKind.Connection, failure.Kind);
        Assert.Equal(before, database.Digest());
        Assert.Empty(_files.Names);
    }

    [Theory]
    [InlineData("before insert or update or delete", "for each row", "")]
    [InlineData("after insert or update or delete", "for each statement", "")]
    [InlineData("after insert or update or delete", "for each row", "constraint")]
    public void A_connection_that_breaks_while_it_is_undone_leaves_all_as_it_was(
        string when, string each, string constraint)
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        string file = Change(database, _ => { });
        database.Execute($"""
            create function die() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); return new; end $$;
            create {constraint} trigger die {when} on item {(constraint.Length > 0 ? "deferrable initially deferred" : "")} {each} execute function die()
            """);
        IReadOnlyDictionary<string, string> after = database.Digest();

        Assert.Equal(FailureKind.Connection,
            Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, file, undoPath: _files.New())).Kind);

        Assert.Equal(after, database.Digest());
        Assert.Equal(["1.undo.gz"], _files.Names);
    }

    [Fact]
    public void A_commit_that_was_done_although_the_connection_broke_counts_as_done()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        using BreakingProxy proxy = new(database.Port);
        using Session session =
            Session.Open(ConnectionSettings.Parse(
                database.Uri.Replace($":{database.Port}/", $":{proxy.Port}/", StringComparison.Ordinal)), "Test");
        string path = _files.New();

        using (NpgsqlTransaction transaction = session.Connection.BeginTransaction(
            System.Data.IsolationLevel.ReadCommitted))
        using (ChangeSet changes = new(session, "Test-Change", default))
        {
            changes.Of(DatabaseCatalog.Read(session).Find("public", "item")!).PlanUpdate($"from public.item t");
            changes.Lock();
            session.Execute("update public.item set v = 'new'");
            changes.WriteUndo(UndoPlace.At(path));
            proxy.DropAnswersAfter("COMMIT");
            changes.Commit(transaction);
        }

        Assert.Equal(3, database.Scalar<long>("select count(*) from item where v = 'new'"));
        Assert.True(File.Exists(path));
        Assert.True(ChangeFiles.Undo(database, path).Changed);
    }

    [Fact]
    public void Where_nobody_can_tell_whether_it_was_committed_the_file_is_kept_and_named()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        using BreakingProxy proxy = new(database.Port);
        using Session session =
            Session.Open(ConnectionSettings.Parse(
                database.Uri.Replace($":{database.Port}/", $":{proxy.Port}/", StringComparison.Ordinal)), "Test");
        string path = _files.New();

        DataOpsException failure = Assert.Throws<DataOpsException>(() =>
        {
            using NpgsqlTransaction transaction = session.Connection.BeginTransaction(
                System.Data.IsolationLevel.ReadCommitted);
            using ChangeSet changes = new(session, "Test-Change", default);
            changes.Of(DatabaseCatalog.Read(session).Find("public", "item")!).PlanUpdate($"from public.item t");
            changes.Lock();
            session.Execute("update public.item set v = 'new'");
            changes.WriteUndo(UndoPlace.At(path));
            proxy.DropAnswersAfter("COMMIT", andRefuse: true);
            changes.Commit(transaction);
        });

        Assert.Equal("CommitUnknown", failure.Id);
        Assert.Contains(path, failure.Message);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_folder_that_takes_no_file_leaves_the_database_as_it_was()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        IReadOnlyDictionary<string, string> before = database.Digest();
        string folder = Path.Combine(_files.Folder, "gone");
        Directory.CreateDirectory(folder);

        DataOpsException failure = Assert.Throws<DataOpsException>(() => Change(database, at =>
        {
            if (at == "write")
                Directory.Delete(folder);
        }, Path.Combine(folder, "x.undo.gz")));

        Assert.Equal("WriteFailed", failure.Id);
        Assert.Equal(before, database.Digest());
        Assert.Empty(_files.Names);
    }

    [Fact]
    public void A_full_disk_leaves_the_database_as_it_was_and_no_file()
    {
        string disk = Path.Combine(_files.Folder, "disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk),
            "A small file system can be mounted by root only");
        try
        {
            using TestDatabase database = server.Blank();
            database.Execute(
                "create table item (id int primary key, v text); insert into item select g, md5(g::text) from " +
                    "generate_series(1, 20000) g");
            IReadOnlyDictionary<string, string> before = database.Digest();

            DataOpsException failure = Assert.Throws<DataOpsException>(
                () => Change(database, _ => { }, Path.Combine(disk, "x.undo.gz")));

            Assert.Equal("WriteFailed", failure.Id);
            Assert.Equal(before, database.Digest());
            Assert.Empty(Directory.GetFileSystemEntries(disk));
            // The session goes on.
            Assert.Equal(before.Count, database.Session.List<int>("select 1").Count);
        }
        finally
        {
            Run("umount", disk);
        }
    }

    [Fact]
    public void Stopping_while_it_undoes_leaves_all_as_it_was()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        string file = Change(database, _ => { });
        IReadOnlyDictionary<string, string> after = database.Digest();
        using CancellationTokenSource stop = new();
        OperationContext context =
            new() { Cancellation = stop.Token, Progress = new StopAt("Undoing Test-Change", stop) };

        Assert.ThrowsAny<OperationCanceledException>(() => database.Run(
            new UndoChange(), new UndoChangeOptions { Path = file, UndoPath = _files.New() }, context));

        Assert.Equal(after, database.Digest());
        Assert.Equal(["1.undo.gz"], _files.Names);
        Assert.True(ChangeFiles.Undo(database, file).Changed);
    }

    [Fact]
    public void A_reader_that_wants_no_more_rows_leaves_all_as_it_was()
    {
        using TestDatabase database = server.Blank();
        database.Execute(Items);
        string file = Change(database, _ => { });
        IReadOnlyDictionary<string, string> after = database.Digest();

        Assert.IsType<RowChange>(
            new UndoChange().Run(database.Session,
                new UndoChangeOptions { Path = file, Detailed = true, UndoPath = _files.New() }, new OperationContext())
                    .First());

        Assert.Equal(after, database.Digest());
        Assert.True(ChangeFiles.Undo(database, file).Changed);
    }

    private const string Items =
        "create table item (id int primary key, v text); insert into item values (1, 'a'), (2, 'b'), (3, 'c')";

    private string Change(TestDatabase database, Action<string> step, string? path = null)
    {
        Session session = database.Session;
        UndoPlace place = UndoPlace.At(path ?? _files.New());
        using NpgsqlTransaction transaction = session.Connection.BeginTransaction(
            System.Data.IsolationLevel.ReadCommitted);
        using ChangeSet changes = new(session, "Test-Change", default);
        changes.Of(DatabaseCatalog.Read(session).Find("public", "item")!).PlanUpdate($"from public.item t");
        step("lock");
        changes.Lock();
        step("apply");
        session.Execute("update public.item set v = reverse(v) || 'new'");
        step("write");
        string written = changes.WriteUndo(place)!;
        step("commit");
        changes.Commit(transaction);
        return written;
    }

    private static void Kill(TestDatabase database)
    {
        database.Execute($"select pg_terminate_backend({database.Session.Connection.ProcessID})");
        while (database.Scalar<long>(
            $"select count(*) from pg_stat_activity where pid = {database.Session.Connection.ProcessID}") > 0)
            Thread.Sleep(10);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private sealed class StopAt(string activity, CancellationTokenSource stop) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value)
        {
            if (value.Activity == activity)
                stop.Cancel();
        }
    }
}
