using System.CommandLine;
using System.Text;
using DataOps.Core.Files;
using DataOps.Core.Kernel;

namespace DataOps.Cli;

/// <summary>The command line: every operation of the core under its own name, one JSON object a line.</summary>
public static class Program
{
    /// <summary>
    /// Runs one operation. Exit codes: 0 done, 1 findings that --fail-on asks about, 2 error, 128 + the signal that
    /// stopped it.
    /// </summary>
    public static int Main(string[] args)
    {
        // What another thread throws would end the process with a stack trace.
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
            Environment.Exit(Failure.Report((Exception)e.ExceptionObject));
        // No thread of the pool is woken for each packet that the server sends: the one that hears of it goes on.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        try
        {
            return Run(args);
        }
        catch (Exception e)
        {
            return Failure.Report(e);
        }
    }

    /// <summary>How a command line is read: what it says is what was typed, and no file's lines are.</summary>
    internal static ParserConfiguration Parsing { get; } =
        new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    private static int Run(string[] args)
    {
        using Interruption interruption = new();
        string[] given = args.Length == 0 ? ["--help"] : args;
        RootCommand root = CommandTree.Build(given, interruption);
        ParseResult parsed = root.Parse(given, Parsing);
        if (parsed.Errors.Count > 0 && parsed.Action is not Suggestions)
            return Failure.Usage(parsed);
        RequireTruthOfFlags(parsed.CommandResult.Command, given);
        using StringWriter text = new();
        int exitCode = parsed.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = text,
        });
        Write(text.ToString());
        return exitCode;
    }

    // The parser takes what is neither true nor false for the value of another option.
    private static void RequireTruthOfFlags(Command command, string[] args)
    {
        foreach (Option flag in command.Options.Where(o => o.ValueType == typeof(bool) || o.ValueType == typeof(bool?)))
            foreach (string name in flag.Aliases.Prepend(flag.Name))
                if (args.FirstOrDefault(a => a.Length > name.Length && a[name.Length] is ':' or '='
                    && a.StartsWith(name, StringComparison.Ordinal)
                    && !bool.TryParse(a[(name.Length + 1)..], out _)) is { } wrong)
                    throw new DataOpsException(
                        ErrorIds.InvalidOption, FailureKind.InvalidArgument,
                        $"{wrong} says neither true nor false.", $"{name}:true is {name}; {name}:false is not.", wrong);
    }

    // What is not an operation's: help, versions, scripts.
    private static void Write(string text)
    {
        if (text.Length == 0)
            return;
        using Stream output = StandardOutput.Open();
        try
        {
            output.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException e) when (!StandardOutput.IsReaderGone(e))
        {
            throw StandardOutput.Failure(e.Message, e);
        }
        catch (IOException)
        {
            // The reader has what it wanted, as `head -1` has.
            return;
        }
    }
}
