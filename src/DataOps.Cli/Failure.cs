using System.CommandLine;
using DataOps.Core.Kernel;

namespace DataOps.Cli;

/// <summary>Says on standard error what went wrong and what to do about it.</summary>
internal static class Failure
{
    public const int ExitCode = 2;

    public static int Report(CommandNames names, Exception e) =>
        Report($"dataops {names.Command}", e, names.Localize);

    /// <summary>Reports what failed before a command was chosen.</summary>
    public static int Report(Exception e) => Report("dataops", e, text => text);

    private static int Report(string command, Exception e, Func<string, string> localize)
    {
        if (e is not (IOException or UnauthorizedAccessException))
            e = UnexpectedFailure.Of(e);
        string id = e is DataOpsException known ? known.Id : e.GetType().Name.Replace("Exception", "");
        Console.Error.WriteLine($"{command}: {VisibleText.Of(localize(e.Message))} [{id}]");
        if (e is DataOpsException { Advice: { } advice })
            Console.Error.WriteLine("  " + VisibleText.Of(localize(advice)));
        return ExitCode;
    }

    /// <summary>The command line cannot be read.</summary>
    public static int Usage(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string name = command is RootCommand ? "dataops" : $"dataops {command.Name}";
        IEnumerable<string> messages = command is RootCommand && parsed.UnmatchedTokens.Count > 0
            ? [$"There is no command \"{parsed.UnmatchedTokens[0]}\"."]
            : parsed.Errors.Select(e => e.Message);
        foreach (string message in messages)
            Console.Error.WriteLine($"{name}: {VisibleText.Of(message)} [InvalidOption]");
        Console.Error.WriteLine($"  {name} --help lists commands and options.");
        return ExitCode;
    }
}
