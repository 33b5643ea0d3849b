using System.Text;
using System.Text.Json;

namespace DataOps.Surface.Tests;

/// <summary>Orphans through the pipe of the command line: what find-orphan writes, repair-orphan takes.</summary>
public sealed class RepairRunTests(PostgresServer server)
{
    [Fact]
    public void What_one_command_has_written_another_one_repairs()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string found = Run(site, "", "find-orphan", "--class", "Generic").Output;
        string undo = Path.Join(Path.GetTempPath(), $"dataops-{Guid.NewGuid():N}.undo.gz");
        try
        {
            CommandLineRun plan = Run(
                site, found, "repair-orphan", "--input-object", "-", "--action", "Delete", "--what-if");
            Assert.Equal(0, plan.ExitCode);
            Assert.Equal(before, site.Digest());
            CommandLineRun asks = Run(
                site, found, "repair-orphan", "--input-object", "-", "--action", "Delete", "--no-undo");
            Assert.Contains("[NobodyToAsk]", asks.Error);
            Assert.Equal(before, site.Digest());

            CommandLineRun run =
                Run(site, found, "repair-orphan", "--input-object", "-", "--action", "Delete", "--confirm:false",
                    "--undo-path", undo);

            JsonElement result = JsonDocument.Parse(run.Output).RootElement;
            Assert.True(result.GetProperty("Changed").GetBoolean());
            Assert.Equal(found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length,
                result.GetProperty("Orphans").GetInt64());
            Assert.Equal("", Run(site, "", "find-orphan", "--class", "Generic").Output);
            CommandLineRun nothing = Run(
                site, "", "repair-orphan", "--input-object", "-", "--action", "Delete", "--confirm:false", "--no-undo");
            Assert.False(JsonDocument.Parse(nothing.Output).RootElement.GetProperty("Changed").GetBoolean());
            Assert.Equal(0, Run(site, "", "undo-change", "--path", undo, "--no-undo").ExitCode);
            Assert.Equal(before, site.Digest());
        }
        finally
        {
            File.Delete(undo);
        }
    }

    [Fact]
    public void A_line_that_no_command_wrote_is_refused_with_its_number()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);

        CommandLineRun run = Run(
            site, "{\"Reference\": \"x\"}\nnonsense\n", "repair-orphan", "--input-object", "-", "--confirm:false");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("line 2 is not a JSON object", run.Error);
        Assert.Contains("[InvalidInput]", run.Error);
    }

    private static CommandLineRun Run(TestDatabase site, string input, params string[] arguments) =>
        CommandLineRun.WithInput(Encoding.UTF8.GetBytes(input), new() { ["DATABASE_URL"] = site.Uri }, arguments);
}
