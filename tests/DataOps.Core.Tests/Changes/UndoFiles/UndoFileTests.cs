using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Changes.UndoFiles;

[Collection(TestStateFolder.Collection)]
public sealed class UndoFileTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_file_damaged_at_any_byte_is_refused_and_nothing_is_changed()
    {
        int seed = Environment.TickCount & 0xffffff;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using TestDatabase database = server.Blank();
        string file = Change(database);
        IReadOnlyDictionary<string, string> after = database.Digest();
        byte[] whole = File.ReadAllBytes(file);
        string text = ChangeFiles.Text(file);
        int harmless = 0;

        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            if (!IsRefused(database, damaged, text))
                harmless++;
        }

        // The time and the system in gzip's own head are no content; they are 6 bytes, and a few bits fill up the last
        // byte.
        Assert.InRange(harmless, 0, 30);
        Assert.Equal(after, database.Digest());
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        using TestDatabase database = server.Blank();
        string file = Change(database);
        byte[] whole = File.ReadAllBytes(file);
        string text = ChangeFiles.Text(file);

        for (int length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 200))
            Assert.True(IsRefused(database, whole[..length], text), $"cut to {length} of {whole.Length} bytes");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("{}\n{\"rows\":0,\"sha256\":\"\"}\n")]
    [InlineData("hello\n")]
    [InlineData("1\tI\t\\N\t1\n")]
    [InlineData("[{\"model\": \"auth.user\", \"pk\": 1, \"fields\": {}}]\n")]
    public void What_is_no_undo_file_is_refused(string content)
    {
        using TestDatabase database = server.Blank();

        Assert.Equal("DamagedUndoFile", Refusal(database, _files.Compress(content)));
        string plain = _files.New();
        File.WriteAllText(plain, content);
        Assert.Equal("DamagedUndoFile", Refusal(database, plain));
    }

    [Fact]
    public void A_line_more_or_less_or_another_value_is_refused_however_well_it_is_compressed()
    {
        using TestDatabase database = server.Blank();
        string[] lines = ChangeFiles.Lines(Change(database));
        string With(IEnumerable<string> changed) => _files.Compress(string.Join('\n', changed) + "\n");

        Assert.Equal("DamagedUndoFile", Refusal(database, With([.. lines[..5], .. lines[6..]])));
        Assert.Equal("DamagedUndoFile", Refusal(database, With([.. lines[..5], lines[5], .. lines[5..]])));
        Assert.Equal("DamagedUndoFile",
            Refusal(database, With(lines.Select(l => l.Replace("value 17", "value 71", StringComparison.Ordinal)))));
        Assert.Equal("DamagedUndoFile", Refusal(database, With([.. lines, lines[1]])));
        Assert.Equal("DamagedUndoFile", Refusal(database, With([.. lines[..5], "999" + lines[5], .. lines[6..]])));
        Assert.Equal("NewerUndoFile",
            Refusal(database,
                With(lines.Select(l => l.Replace(
                    "\"version\":1", $"\"version\":{UndoHeader.Newest + 1}", StringComparison.Ordinal)))));
    }

    [Fact]
    public void The_default_place_is_the_state_folder_and_no_file_is_overwritten()
    {
        using TestDatabase database = server.Blank();
        string file = Change(database);
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The folder on Windows is the user's own");
        Environment.SetEnvironmentVariable("XDG_STATE_HOME", _files.Folder);
        try
        {
            UndoResult first = Run(file);
            UndoResult second = Run(first.UndoPath!);

            Assert.Matches(
                $"^{_files.Folder}/dataops/undo/[^/]+-{database.Name}-[0-9]{{8}}T[0-9]{{6}}Z-Undo-Change\\.undo\\.gz$",
                first.UndoPath!);
            Assert.NotEqual(first.UndoPath, second.UndoPath);
            Assert.True(File.Exists(first.UndoPath) && File.Exists(second.UndoPath));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(Path.GetDirectoryName(first.UndoPath)!));
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_STATE_HOME", state);
        }

        UndoResult Run(string path) =>
            Assert.IsType<UndoResult>(
                Assert.Single(database.Run(new UndoChange(), new UndoChangeOptions { Path = path })));
    }

    [Fact, Trait("Day", "1")]
    public void A_row_of_many_megabytes_is_written_and_read_in_pieces()
    {
        using TestDatabase database = server.Blank();
        database.Execute(
            "create table big (id int primary key, v text); insert into big select g, repeat(md5(g::text), 600000) " +
                "from generate_series(1, 2) g");
        IReadOnlyDictionary<string, string> before = database.Digest();
        string file =
            _files.Apply(database,
                (changes, catalog) => changes.Of(catalog.Find("public", "big")!).PlanUpdate($"from big t"),
                "update big set v = 'small'")!;
        long allocated = GC.GetAllocatedBytesForCurrentThread();

        ChangeFiles.Undo(database, file);

        Assert.Equal(before, database.Digest());
        // The file's text is 38 MB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 8 << 20);
    }

    private bool IsRefused(TestDatabase database, byte[] bytes, string text)
    {
        string path = Path.Combine(_files.Folder, "damaged");
        File.WriteAllBytes(path, bytes);
        try
        {
            using UndoFileReader reader = new(path);
            // What is read is what was written, or the file is not taken.
            Assert.Equal(text, ChangeFiles.Text(path));
            return false;
        }
        catch (DataOpsException e)
        {
            Assert.Contains(e.Id, (string[])["DamagedUndoFile", "NewerUndoFile"]);
            Assert.Equal(e.Id, Refusal(database, path));
            return true;
        }
    }

    private static string Refusal(TestDatabase database, string path) =>
        Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, path)).Id;

    private string Change(TestDatabase database)
    {
        database.Execute(
            "create table item (id int primary key, v text); insert into item select g, 'value ' || g from " +
                "generate_series(1, 60) g");
        return _files.Apply(database,
            (changes, catalog) => changes.Of(catalog.Find("public", "item")!).PlanUpdate($"from item t"),
            "update item set v = md5(v)")!;
    }
}
