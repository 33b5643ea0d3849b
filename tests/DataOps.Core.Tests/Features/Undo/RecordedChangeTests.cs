using System.IO.Compression;
using System.Text.Json;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Features.Completion;
using DataOps.Core.Features.Sequences;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Features.Undo;

[Collection(nameof(EnvironmentVariables))]
public sealed class RecordedChangeTests : IDisposable
{
    private const string Posts = """
        create table post (id int primary key, slug text not null);
        insert into post values (1, 'a'), (2, 'b'), (3, 'c');
        """;

    private readonly PostgresServer _server;
    private readonly ChangeFiles _files = new();
    private readonly EnvironmentVariables _state;

    public RecordedChangeTests(PostgresServer server)
    {
        (_server, _state) = (server, new(("XDG_STATE_HOME", _files.Folder)));
        Directory.CreateDirectory(Folder);
    }

    public void Dispose()
    {
        _state.Dispose();
        _files.Dispose();
    }

    private string Folder => Path.Combine(_files.Folder, "dataops", "undo");

    [Fact]
    public void The_last_change_is_undone_then_the_one_before_it_and_no_undoing_twice()
    {
        using TestDatabase database = Blank();
        IReadOnlyDictionary<string, string> before = database.Digest();
        string first = Change(database, "first", "update post set slug = 'x' where id = 1");
        IReadOnlyDictionary<string, string> between = database.Digest();
        string second = Change(database, "second", "delete from post where id > 1");

        UndoResult undone = UndoLast(database);

        Assert.Equal((second, true), (undone.Path, undone.Changed));
        Assert.Equal(between, database.Digest());
        Assert.Equal($"undo Test-Change of {undone.Written:u}: insert 2 rows", undone.Describe());
        RecordedChange[] changes = Get();
        Assert.Equal([first, second, undone.UndoPath], changes.Select(c => c.Path));
        Assert.Equal([(ChangeState.Done, 1L), (ChangeState.Undone, 2L), (ChangeState.Done, 2L)],
            changes.Select(c => (c.State, c.Rows)));
        Assert.Equal((undone.UndoPath, second), (changes[1].UndoneBy, changes[2].Undoes));
        Assert.Equal((database.Session.Server, database.Name, database.Session.Settings.Username, "Test-Change", 1),
            (changes[0].Server, changes[0].Database, changes[0].User, changes[0].Operation, changes[0].Tables));

        Assert.Equal(first, UndoLast(database).Path);
        Assert.Equal(before, database.Digest());
        Assert.Equal(ErrorIds.NoUndoFile, Assert.Throws<DataOpsException>(() => UndoLast(database)).Id);

        // An undoing that was undone has undone nothing: its change is the last once more.
        ChangeFiles.Undo(database, changes[2].Path, undoPath: Path.Combine(Folder, "redo.undo.gz"), force: false);
        Assert.Equal([ChangeState.Undone, ChangeState.Done],
            Get().Where(c => c.Operation == "Test-Change").Select(c => c.State));
    }

    [Fact]
    public void What_is_as_it_was_before_is_no_last_change()
    {
        using TestDatabase database = Blank();
        IReadOnlyDictionary<string, string> before = database.Digest();
        string first = Change(database, "first", "update post set slug = 'x' where id = 1");
        string second = Change(database, "second", "delete from post where id > 1");
        ChangeFiles.Undo(database, second);

        Assert.Equal(first, UndoLast(database).Path);
        Assert.Equal(before, database.Digest());
    }

    [Fact]
    public void Changes_of_other_databases_are_not_the_last_one_here()
    {
        using TestDatabase database = Blank();
        using TestDatabase other = Blank();
        string file = Change(database, "here", "update post set slug = 'x'");
        Change(other, "there", "update post set slug = 'y'");

        Assert.Equal([file], Get(new() { DatabaseName = [database.Name] }).Select(c => c.Path));
        Assert.Empty(Get(new() { Operation = ["Import-*"] }));
        Assert.Equal(file, UndoLast(database).Path);
    }

    [Theory]
    [InlineData("db1", 5432, "site", "db1", "site-old")]
    [InlineData("db1", 5432, "site-old", "db1-site", "old")]
    [InlineData("db1", 5432, "site", "db10", "site")]
    [InlineData("db1", 5432, "site", "db1:5433", "site")]
    [InlineData("site.cluster-c9k2m4x7q1zz.eu-central-1.rds.database.example.com", 5433, "site",
        "site.cluster-c9k2m4x7q1zz.eu-central-1.rds.database.example.com:5434", "site")]
    public void The_undo_files_of_one_database_are_offered_and_of_none_whose_name_is_alike(
        string host, int port, string name, string otherServer, string otherName)
    {
        ConnectionSettings place = ConnectionSettings.Parse($"host={host} port={port} dbname={name}");
        string own = Written(place.Server, name);
        Written(otherServer, otherName);
        File.WriteAllText(Path.Combine(Folder, $"{host}-{name}-20260101T000000Z-Cut{UndoPlace.Ending}"), "");

        Assert.Equal([own], CompletionNames.UndoFiles(place));
    }

    [Fact]
    public void A_newer_file_that_nobody_can_read_is_said_and_never_removed()
    {
        using TestDatabase database = Blank();
        string file = Change(database, "whole", "update post set slug = 'x'");
        string cut = Path.Combine(Folder, "cut.undo.gz");
        File.WriteAllBytes(cut, File.ReadAllBytes(file)[..^20]);
        File.SetLastWriteTimeUtc(cut, DateTime.UtcNow.AddMinutes(1));

        RecordedChange unreadable = Assert.Single(Get(), c => c.State == ChangeState.Unreadable);
        Assert.Equal(cut, unreadable.Path);
        Assert.Contains("is not a complete undo file", unreadable.Problem, StringComparison.Ordinal);
        Assert.Equal(cut, Assert.Throws<DataOpsException>(() => UndoLast(database)).Target);

        List<string> warnings = [];
        OperationContext context = new() { Warning = warnings.Add };
        Assert.Equal([file], new RemoveChange().Run(new() { OlderThan = 0, WhatIf = true }, context).Select(
            c => c.Path));
        Assert.True(File.Exists(file));
        Assert.Equal([file], new RemoveChange().Run(new() { UndoFile = [Folder] }, context).Select(c => c.Path));
        Assert.Equal([cut], Directory.GetFiles(Folder));
        Assert.All(warnings, w => Assert.StartsWith($"{cut} is left where it is", w, StringComparison.Ordinal));
        Assert.NotEmpty(warnings);
    }

    [Fact]
    public void Sequences_that_were_set_back_are_undone_and_where_they_cannot_be_the_change_before_is_named()
    {
        using TestDatabase database = Blank();
        database.Execute("create table orchard (id bigserial primary key); insert into orchard values (40)");
        string rows = Change(database, "rows", "update post set slug = 'x' where id = 1");
        string Reset() =>
            ((ResetSequenceResult)database.Run(new ResetSequence(), new ResetSequenceOptions())[^1]).UndoPath!;
        string first = Reset();
        database.Execute("delete from orchard");

        UndoResult undone = UndoLast(database);

        Assert.Equal((first, 1L, (string?)null), (undone.Path, undone.Sequences, undone.UndoPath));
        Assert.Equal(ChangeState.Undone, Get().Single(c => c.Path == first).State);

        database.Execute("insert into orchard values (40)");
        string second = Reset();
        DataOpsException refused = Assert.Throws<DataOpsException>(() => UndoLast(database));
        Assert.Equal(ErrorIds.KeysInUse, refused.Id);
        Assert.EndsWith($"is in {rows}.", refused.Advice, StringComparison.Ordinal);
        Assert.Equal(ChangeState.Done, Get().Single(c => c.Path == second).State);
    }

    [Fact]
    public void Only_files_that_are_named_or_old_are_removed()
    {
        using TestDatabase database = Blank();
        string file = Change(database, "young", "update post set slug = 'x'");
        RemoveChange remove = new();

        Assert.Equal(ErrorIds.MissingOption,
            Assert.Throws<DataOpsException>(() => remove.Run(new(), new()).ToArray()).Id);
        Assert.Empty(remove.Run(new() { OlderThan = 1 }, new()));
        Assert.Empty(remove.Run(new() { UndoFile = [file], OlderThan = 1 }, new()));
        string missing = Path.Combine(Folder, "gone.undo.gz");
        Assert.Equal((ErrorIds.FileNotFound, (object)missing), Assert.Throws<DataOpsException>(
            () => remove.Run(new() { UndoFile = [file, missing] }, new()).ToArray()) is { } e ? (e.Id, e.Target!) : default);
        Assert.True(File.Exists(file));
        Assert.Equal([file], remove.Run(new() { UndoFile = [Path.Combine(Folder, "you*")] }, new()).Select(c => c.Path));
        Assert.Empty(Get());
    }

    private TestDatabase Blank()
    {
        TestDatabase database = _server.Blank();
        database.Execute(Posts);
        return database;
    }

    // A file that DataOps names, and its first line.
    private string Written(string server, string name)
    {
        string beginning = UndoPlace.Beginning(ConnectionSettings.Parse(
            $"host={server.Split(':')[0]} port={(server.Split(':') is [_, var port] ? port : "5432")} dbname={name}"));
        string path = Path.Combine(Folder, $"{beginning}20260101T000000Z-{Guid.NewGuid():N}{UndoPlace.Ending}");
        using GZipStream gzip = new(File.Create(path), CompressionMode.Compress);
        JsonSerializer.Serialize(gzip, new UndoHeader(UndoHeader.FormatName, UndoHeader.Newest, "Test-Change", server,
            name, null, "1", DateTime.UnixEpoch, "1.0", []), UndoJson.Default.UndoHeader);
        gzip.Write("\n"u8);
        return path;
    }

    private static RecordedChange[] Get(GetChangeOptions? options = null) =>
        [.. new GetChange().Run(options ?? new(), new OperationContext())];

    private static UndoResult UndoLast(TestDatabase database) =>
        (UndoResult)database.Run(new UndoChange(), new UndoChangeOptions { Last = true })[^1];

    private string Change(TestDatabase database, string name, string apply)
    {
        string path = Path.Combine(Folder, name + ".undo.gz");
        return _files.Apply(database,
            (changes, catalog) => changes.Of(catalog.Find("public", "post")!).PlanUpdate($"from public.post t"),
            apply, path)!;
    }
}
