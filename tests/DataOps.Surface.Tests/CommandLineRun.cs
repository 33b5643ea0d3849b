using System.Diagnostics;

namespace DataOps.Surface.Tests;

/// <summary>One run of the built command line.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Error)
{
    // What ./build.sh pack has compiled natively passes the same tests.
    private static readonly string[] s_program =
        Environment.GetEnvironmentVariable("DATAOPS_PROGRAM") is { Length: > 0 } native
            ? [native]
            : ["dotnet", Surface.CommandLine];

    /// <summary>The program as a shell's script calls it.</summary>
    public static string InShell { get; } = string.Join(' ', s_program.Select(p => $"'{p}'"));

    public static CommandLineRun Of(params string[] arguments) => With([], arguments);

    public static CommandLineRun With(Dictionary<string, string> environment, params string[] arguments) =>
        WithInput([], environment, arguments);

    public static CommandLineRun WithInput(
        byte[] input, Dictionary<string, string> environment, params string[] arguments)
    {
        using Process process = Start(environment, arguments, input);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CommandLineRun(process.ExitCode, output, error.Result);
    }

    public static Process Start(Dictionary<string, string> environment, params string[] arguments) =>
        Start(environment, arguments, []);

    /// <summary>Starts it as a shell's script starts what ends in &amp;: with SIGINT ignored.</summary>
    public static Process StartInBackground(Dictionary<string, string> environment, params string[] arguments) =>
        Start(environment, "sh", ["-c", "trap '' INT; exec \"$@\"", "sh", .. s_program, .. arguments], []);

    private static Process Start(Dictionary<string, string> environment, string[] arguments, byte[] input) =>
        Start(environment, s_program[0], [.. s_program[1..], .. arguments], input);

    private static Process Start(
        Dictionary<string, string> environment, string program, string[] arguments, byte[] input)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // Whatever the tester's own environment points at stays alone.
        foreach (string variable in start.Environment.Keys.Where(
            k => k.StartsWith("PG", StringComparison.Ordinal) || k == "DATABASE_URL").ToList())
            start.Environment.Remove(variable);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        Process process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        return process;
    }
}
