using System.Diagnostics;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Changes.UndoFiles;

/// <summary>Where undo files go, and what is no undo file.</summary>
[Collection(nameof(EnvironmentVariables))]
public sealed class UndoPlaceTests(PostgresServer server) : IDisposable
{
    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Changes_of_the_same_second_get_names_of_their_own_that_tell_the_server()
    {
        using TestDatabase database = server.Blank();
        using EnvironmentVariables _ = new(("XDG_STATE_HOME", _files.Folder));
        List<string> paths = [];
        UndoPlace[] places =
            [.. Enumerable.Range(0, 3).Select(
                _ => UndoPlace.Of(new UndoChangeOptions(), database.Session, "Test-Change")!)];
        foreach (UndoPlace place in places)
        {
            place.Prepare();
            File.WriteAllText(place.NewUnfinished(), "");
            place.Put(Directory.GetFiles(Path.GetDirectoryName(place.Path)!, ".dataops-*").Single());
            paths.Add(place.Path);
        }

        Assert.Equal(3, paths.Distinct().Count());
        Assert.All(paths, p => Assert.True(File.Exists(p)));
        Assert.All(paths, p => Assert.StartsWith($"127.0.0.1_{database.Port}-{database.Name}-", Path.GetFileName(p)));
    }

    [Fact]
    public void The_folder_is_absolute_or_there_is_none()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The folder on Windows is the user's own");
        using (EnvironmentVariables _ = new(
            ("XDG_STATE_HOME", "relative"), ("STATE_DIRECTORY", "/srv/state:/srv/other"), ("HOME", _files.Folder)))
            Assert.Equal("/srv/state/dataops/undo", StateFolder.Of("undo"));
        using (EnvironmentVariables _ = new(
            ("XDG_STATE_HOME", "relative"), ("STATE_DIRECTORY", "state"), ("HOME", _files.Folder)))
            Assert.Equal(Path.Combine(_files.Folder, ".local/state/dataops/undo"), StateFolder.Of("undo"));
        using (EnvironmentVariables _ = new(("XDG_STATE_HOME", ""), ("STATE_DIRECTORY", ""), ("HOME", "relative")))
            Assert.True(StateFolder.Find("undo") is null or "/var/lib/dataops/undo");
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_and_what_another_still_writes_is_not()
    {
        string left = Path.Combine(_files.Folder, ".dataops-left.unfinished");
        string held = Path.Combine(_files.Folder, ".dataops-held.unfinished");
        string fresh = Path.Combine(_files.Folder, ".dataops-fresh.unfinished");
        foreach (string file in new[] { left, held, fresh })
            File.WriteAllText(file, "rows");
        foreach (string file in new[] { left, held })
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        using FileStream writer = new(held, FileMode.Open, FileAccess.Write, FileShare.None);

        UndoPlace.At(_files.New()).Prepare();

        Assert.Equal((false, true, true), (File.Exists(left), File.Exists(held), File.Exists(fresh)));
    }

    [Theory]
    [InlineData("\\.")]
    [InlineData("U\tx\t1\ta\\.")]
    [InlineData("X\tx\t1\ta")]
    [InlineData("")]
    public void A_row_that_would_end_the_copy_or_be_passed_over_is_no_row(string row)
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table item (id int primary key, v text); insert into item values (1, 'a\\b.'), (2, 'c')");
        string file =
            _files.Apply(database,
                (changes, catalog) => changes.Of(catalog.Find("public", "item")!).PlanUpdate($"from item t"),
                "update item set v = 'new'")!;
        IReadOnlyDictionary<string, string> before = database.Digest();
        string[] lines = ChangeFiles.Lines(file);
        string text = string.Join('\n', (string[])[lines[0], "1\t" + row, .. lines[1..^1]]) + "\n";
        string digest = Convert.ToHexString(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
        string sealedAgain = _files.Compress($"{text}{{\"rows\":{lines.Length - 1},\"sha256\":\"{digest}\"}}\n");

        Assert.Equal(
            "DamagedUndoFile", Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, sealedAgain)).Id);
        Assert.Equal(before, database.Digest());
        Assert.True(ChangeFiles.Undo(database, file).Changed);
    }

    [Fact]
    public void A_pipe_is_refused_with_advice()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no named pipe in the file system on Windows");
        using TestDatabase database = server.Blank();
        string pipe = Path.Combine(_files.Folder, "pipe");
        using (Process make = Process.Start("mkfifo", pipe))
            make.WaitForExit();
        using Process writer = Process.Start("sh", ["-c", $"echo x > '{pipe}' 2>/dev/null"]);

        DataOpsException refusal = Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, pipe));

        Assert.Equal(("ReadFailed", "Save it to a file first."), (refusal.Id, refusal.Advice));
    }
}
