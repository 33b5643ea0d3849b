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
        Assert.All(Surface.Operations, o => Assert.Contains($"{o.Verb}{o.Noun}", run.Output.Replace("-", ""), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void An_unknown_command_is_named_and_ends_with_2()
    {
        CommandLineRun run = CommandLineRun.Of("find-orphans");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("There is no command \"find-orphans\".", run.Error);
    }
}
