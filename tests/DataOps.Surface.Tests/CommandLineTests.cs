using System.Text.RegularExpressions;

namespace DataOps.Surface.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void Says_its_version() =>
        Assert.Equal(Surface.PowerShell.GetName().Version!.ToString(3), CommandLineRun.Of("--version").Output.Trim());

    [Fact]
    public void Help_lists_every_operation()
    {
        CommandLineRun run = CommandLineRun.Of("--help");
        Assert.Equal(0, run.ExitCode);
        Assert.All(OperationDescription.All,
            o => Assert.Contains($"{o.Verb}{o.Noun}", run.Output.Replace("-", ""), StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("get-page --depth -1", "-Depth cannot be -1.", "Use a number from 1 to 63.")]
    [InlineData("export-dataset --path x.json --indent -1", "-Indent cannot be -1.", "Use a number from 0 to 16.")]
    [InlineData("export-dataset --dataset-format yml --path x.json", "-Dataset-Format cannot be \"yml\".",
        "Use Json, Jsonl, Xml, Yaml, Feincms.")]
    [InlineData("export-dataset", "-Path is missing.", "File to write: .json or .jsonl, with .gz to compress it.")]
    [InlineData("get-page --format xml", "-format cannot be \"xml\".", "Use Json, Table, List, JUnit, Markdown, Prometheus, Monitoring.")]
    [InlineData("get-page --lock-timeout -1", "-Lock-Timeout cannot be -1.", "Use a number from 0 to 2147483.")]
    [InlineData("repair-tree --to 2", "-To means nothing without -Orphan Reattach.",
        "Add -Orphan Reattach, or leave -To out.")]
    [InlineData("import-dataset --path https://a.example/x.json", "https://a.example/x.json is an address, not a path.",
        "Files are neither fetched nor sent: name one in the file system.")]
    [InlineData("get-page --parent ", "-Parent cannot be empty.", "Give a value, or leave it out.")]
    public void What_the_options_refuse_is_refused_in_their_words_before_anything_is_connected_to(
        string line, string message, string advice)
    {
        // A server that is not there: connecting would be another failure.
        CommandLineRun run = CommandLineRun.With(
            new() { ["DATABASE_URL"] = "postgres://127.0.0.1:1/none" }, line.Split(' '));

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        string[] lines = run.Error.Split('\n');
        Assert.StartsWith($"dataops {line.Split(' ')[0]}: {AsOptions(message)} [", lines[0]);
        Assert.Equal("  " + AsOptions(advice), lines[1]);
    }

    [Theory]
    [InlineData("import-dataset --path")]
    [InlineData("test-dataset --path")]
    [InlineData("export-dataset --path")]
    [InlineData("export-dataset --path x.json --definition")]
    [InlineData("get-dataset-definition --offline --definition")]
    [InlineData("undo-change --path")]
    [InlineData("move-page --id 2 --to 3 --undo-path")]
    [InlineData("find-stale-content-type --installed-app")]
    public void An_address_is_no_path(string line)
    {
        CommandLineRun run = CommandLineRun.With(
            new() { ["DATABASE_URL"] = "postgres://127.0.0.1:1/none" }, [.. line.Split(' '), "ftp://a.example/x.json"]);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("ftp://a.example/x.json is an address, not a path. [NotAFile]", run.Error);
    }

    [Fact]
    public void An_unknown_command_is_named_and_ends_with_2()
    {
        CommandLineRun run = CommandLineRun.Of("find-orphans");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("There is no command \"find-orphans\".", run.Error);
    }

    private static string AsOptions(string text) =>
        Regex.Replace(
            text, "(?<![a-z])-([A-Z][a-z]+(-[A-Z][a-z]+)?|format)", m => "--" + m.Groups[1].Value.ToLowerInvariant());
}
