using System.CommandLine;
using System.Reflection;

namespace DataOps.Cli;

/// <summary>The scripts with which shells complete commands, options and names of the database.</summary>
internal static class Scripts
{
    private static readonly string[] s_shells = ["bash", "zsh", "fish", "pwsh"];

    /// <summary>The command that writes one.</summary>
    public static Command Command()
    {
        Argument<string> shell = new("shell") { Description = string.Join(", ", s_shells) + "." };
        shell.AcceptOnlyFromAmong(s_shells);
        Command command = new("completion",
            "Writes the script with which a shell completes commands, options, and names of the database.")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.Write(Text(parsed.GetValue(shell)!));
            return 0;
        });
        return command;
    }

    private static string Text(string shell)
    {
        Assembly program = typeof(Scripts).Assembly;
        using StreamReader reader = new(program.GetManifestResourceStream($"completion.{shell}")!);
        return reader.ReadToEnd();
    }
}
