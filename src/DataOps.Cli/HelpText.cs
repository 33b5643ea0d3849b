using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Text.RegularExpressions;
using DataOps.Core.Operations;

namespace DataOps.Cli;

/// <summary>Adds the examples of the documentation, and the exit codes, to what --help prints.</summary>
internal sealed partial class HelpText(HelpAction standard) : SynchronousCommandLineAction
{
    /// <summary>The exit codes, and what each means.</summary>
    public static readonly (string Code, string Meaning)[] ExitCodes =
    [
        ("0", "done"),
        ("1", "findings that --fail-on asks about"),
        ("2", "error; it is on standard error"),
        ("130", "stopped by Ctrl+C"),
    ];

    public static void Install(HelpOption help) => help.Action = new HelpText((HelpAction)help.Action!);

    public override int Invoke(ParseResult parseResult)
    {
        standard.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        Command command = parseResult.CommandResult.Command;
        string[] examples = Examples(command.Name);
        if (examples.Length > 0)
            output.WriteLine("Examples:\n" + string.Concat(examples.Select(e => $"  {e}\n")));
        output.WriteLine("Exit codes:");
        foreach ((string code, string meaning) in ExitCodes)
            output.WriteLine($"  {code,-5}{meaning}");
        return 0;
    }

    /// <summary>
    /// The examples of a command: the sh blocks of its page of the documentation; none for what is no operation.
    /// </summary>
    public static string[] Examples(string command)
    {
        Assembly program = typeof(HelpText).Assembly;
        string? page = program.GetManifestResourceNames().FirstOrDefault(
            n => CommandSyntax.Kebab(Path.GetFileNameWithoutExtension(n).Replace("-", "")) == command);
        if (page is null)
            return [];
        using StreamReader reader = new(program.GetManifestResourceStream(page)!);
        return ShellBlock().Matches(reader.ReadToEnd()).SelectMany(m => m.Groups[1].Value.Split('\n'))
            .Where(l => l.Length > 0).ToArray();
    }

    [GeneratedRegex("^```sh\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex ShellBlock();
}
