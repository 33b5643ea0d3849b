using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace DataOps.Surface.Tests;

/// <summary>The command line between two pipes.</summary>
public sealed class StandardStreamTests(PostgresServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-pipe-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("json")]
    [InlineData("jsonl")]
    public void An_export_to_standard_output_is_the_file_and_nothing_else(string format)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string file = Path.Join(_folder, "site." + format);
        Assert.Equal(0, Run(site, [], "export-dataset", "--path", file, "--include-derived").ExitCode);

        CommandLineRun run = Run(
            site, [], "export-dataset", "--path", "-", "--dataset-format", format, "--include-derived");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(File.ReadAllText(file), run.Output);
        JsonElement result = JsonDocument.Parse(run.Error).RootElement;
        Assert.Equal("-", result.GetProperty("Path").GetString());
        Assert.Equal(new FileInfo(file).Length, result.GetProperty("Bytes").GetInt64());
    }

    [Fact]
    public void An_import_reads_standard_input_compressed_or_not()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        byte[] whole = Encoding.UTF8.GetBytes(Run(site, [], "export-dataset", "--path", "-").Output);
        using MemoryStream gzip = new();
        using (GZipStream stream = new(gzip, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(whole);

        foreach (byte[] input in (byte[][])[whole, gzip.ToArray()])
        {
            CommandLineRun run = Run(site, input, "import-dataset", "--path", "-", "--confirm:false");
            Assert.Equal("", run.Error);
            JsonElement result = JsonDocument.Parse(run.Output).RootElement;
            Assert.Equal(
                (false, "-"), (result.GetProperty("Changed").GetBoolean(), result.GetProperty("Path").GetString()));
            Assert.Equal(result.GetProperty("Objects").GetInt64(), result.GetProperty("Unchanged").GetInt64());
        }
        CommandLineRun cut = Run(site, gzip.ToArray()[..^1], "import-dataset", "--path", "-");
        Assert.Equal(2, cut.ExitCode);
        Assert.Matches(@"standard input, line \d+: .*incomplete.*\[DamagedFile\]", cut.Error);
    }

    [Fact]
    public void The_format_of_standard_input_is_said_where_its_content_does_not()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        byte[] yaml = "- model: auth.group\n  pk: 77\n  fields: {name: from a pipe}\n"u8.ToArray();

        CommandLineRun unknown = Run(site, yaml, "import-dataset", "--path", "-");
        Assert.Contains("[UnknownFormat]", unknown.Error);
        Assert.Contains("--dataset-format", Run(site, [], "import-dataset", "--help").Output);

        Assert.Equal(0, Run(site, yaml, "import-dataset", "--path", "-", "--dataset-format", "yaml").ExitCode);
        Assert.Equal("from a pipe", site.Scalar<string>("select name from auth_group where id = 77"));
    }

    private static CommandLineRun Run(TestDatabase site, byte[] input, params string[] arguments) =>
        CommandLineRun.WithInput(input, new() { ["DATABASE_URL"] = site.Uri }, arguments);
}
