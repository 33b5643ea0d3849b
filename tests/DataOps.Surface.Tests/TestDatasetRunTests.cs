using System.Text.Json;

namespace DataOps.Surface.Tests;

/// <summary>The command line's test-dataset, with a database and without one.</summary>
public sealed class TestDatasetRunTests(PostgresServer server) : IDisposable
{
    // Nobody listens there: an offline run that asked for a database would fail.
    private static readonly Dictionary<string, string> s_noDatabase =
        new() { ["DATABASE_URL"] = "postgres://127.0.0.1:1/none" };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dataops-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Offline_opens_no_database()
    {
        string file = Write("""[{"model": "auth.group", "pk": 1, "fields": {"name": "x"}}]""");

        CommandLineRun run = CommandLineRun.With(
            s_noDatabase, "test-dataset", "--path", file, "--offline", "--fail-on", "any");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement[] lines = Lines(run);
        Assert.Equal(
            ("auth.group", 1), (lines[0].GetProperty("Model").GetString(), lines[0].GetProperty("Objects").GetInt32()));
        Assert.True(lines[1].GetProperty("IsLoadable").GetBoolean());
        Assert.Equal((0, ""), (CommandLineRun.Of("test-dataset", "--path", file, "--offline").ExitCode, run.Error));
    }

    [Theory]
    [InlineData("[{\"model\": \"auth.group\", \"pk\": 1, \"fields\": {\"name\": \"x", "error", 1)]
    [InlineData("[{\"model\": \"blog.post\", \"pk\": 1, \"fields\": {\"parent\": 2}}]", "error", 0)]
    [InlineData("[{\"model\": \"blog.post\", \"pk\": 1, \"fields\": {\"parent\": 2}}, {\"model\": \"blog.post\", \"pk\": 3, \"fields\": {\"parent\": 1}}]", "warning", 1)]
    [InlineData("[{\"model\": \"blog.post\", \"pk\": 1, \"fields\": {\"parent\": 1}}]", "any", 0)]
    public void The_exit_code_is_that_of_the_findings(string text, string threshold, int exitCode)
    {
        CommandLineRun run = CommandLineRun.With(
            s_noDatabase, "test-dataset", "--path", Write(text), "--offline", "--fail-on", threshold);
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Without_offline_a_database_is_asked()
    {
        string file = Write("""[{"model": "auth.group", "pk": 1, "fields": {"name": "Writers", "colour": 1}}]""");
        using TestDatabase site = server.CopyOf(Site.Sample);

        Assert.Equal(2, CommandLineRun.With(s_noDatabase, "test-dataset", "--path", file).ExitCode);
        CommandLineRun run = CommandLineRun.With(
            new() { ["DATABASE_URL"] = site.Uri }, "test-dataset", "--path", file, "--fail-on", "error");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal(["UnknownField", "MigrationHead", null],
            Lines(run).Select(l => l.TryGetProperty("Id", out JsonElement id) ? id.GetString() : null));
        Assert.All(Lines(run), l => Assert.Equal(site.Name, l.GetProperty("Database").GetString()));
    }

    [Fact]
    public void Results_of_each_type_get_a_table_of_their_own()
    {
        string file =
            Write("""[{"model": "auth.group", "pk": 1, "fields": {"name": "Moderators"}}, {"model": "auth.group", "pk": 7, "fields": {"name": "x"}}]""");
        using TestDatabase site = server.CopyOf(Site.Sample);

        CommandLineRun run =
            CommandLineRun.With(new() { ["DATABASE_URL"] = site.Uri, ["COLUMNS"] = "200" }, "test-dataset", "--path",
                file, "--format",
            "table");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string[] tables = run.Output.TrimEnd('\n').Split("\n\n");
        Assert.Equal($"{site.Name} on 127.0.0.1:{site.Port}", tables[0]);
        Assert.StartsWith("Model", tables[1]);
        Assert.StartsWith("Path", tables[2]);
        Assert.Equal(3, tables.Length);
    }

    [Fact]
    public void A_large_file_takes_memory_for_its_keys_alone()
    {
        const int Objects = 200_000;
        string file = Path.Join(_folder.FullName, "large.jsonl");
        using (StreamWriter writer = new(file))
            for (int i = 1; i <= Objects; i++)
                writer.WriteLine(
                    $$$$"""{"model": "blog.post", "pk": {{{{i}}}}, "fields": {"parent": {{{{(i == Objects ? Objects + 1 : (i / 2) + 1)}}}}, "body": "{{{{new string('x', 400)}}}}"}}""");
        Assert.True(new FileInfo(file).Length > 90_000_000);

        // 32 MB for the whole program: more is an OutOfMemoryException.
        CommandLineRun run = CommandLineRun.With(
            new() { ["DOTNET_GCHeapHardLimit"] = "0x2000000" }, "test-dataset", "--path", file, "--offline");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement[] lines = Lines(run);
        Assert.Equal(Objects, lines[0].GetProperty("Line").GetInt32());
        Assert.Equal(
            (Objects, 1), (lines[^1].GetProperty("Objects").GetInt32(), lines[^1].GetProperty("Warnings").GetInt32()));
    }

    private string Write(string text)
    {
        string path = Path.Join(_folder.FullName, $"{Guid.NewGuid()}.json");
        File.WriteAllText(path, text);
        return path;
    }

    private static JsonElement[] Lines(CommandLineRun run) =>
        [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonDocument.Parse(l).RootElement)];
}
