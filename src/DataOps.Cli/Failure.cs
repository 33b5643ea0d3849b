using System.CommandLine;
using DataOps.Core.Kernel;

namespace DataOps.Cli;

/// <summary>Says on standard error what went wrong and what to do about it.</summary>
internal static class Failure
{
    public const int ExitCode = 2;

    /// <summary>
    /// Whether a failure is one that the user can act on; anything else is a defect and shows where it happened.
    /// </summary>
    public static bool IsForTheUser(Exception e) => e is DataOpsException or IOException or UnauthorizedAccessException;

    public static int Report(CommandNames names, Exception e)
    {
        string id = e is DataOpsException known ? known.Id : e.GetType().Name.Replace("Exception", "");
        Console.Error.WriteLine($"dataops {names.Command}: {names.Localize(e.Message)} [{id}]");
        if (e is DataOpsException { Advice: { } advice })
            Console.Error.WriteLine("  " + names.Localize(advice));
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
            Console.Error.WriteLine($"{name}: {message} [InvalidOption]");
        Console.Error.WriteLine($"  {name} --help lists commands and options.");
        return ExitCode;
    }
}
