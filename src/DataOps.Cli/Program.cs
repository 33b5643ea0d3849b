using System.CommandLine;

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
        try
        {
            return Run(args);
        }
        catch (Exception e)
        {
            return Failure.Report(e);
        }
    }

    private static int Run(string[] args)
    {
        using Interruption interruption = new();
        string[] given = args.Length == 0 ? ["--help"] : args;
        RootCommand root = CommandTree.Build(given, interruption);
        ParseResult parsed = root.Parse(given, new ParserConfiguration { EnablePosixBundling = false });
        if (parsed.Errors.Count > 0)
            return Failure.Usage(parsed);
        return parsed.Invoke(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }
}
