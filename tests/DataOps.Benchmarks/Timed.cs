using System.Diagnostics;
using System.Globalization;

namespace DataOps.Benchmarks;

/// <summary>What a process needed.</summary>
/// <param name="Seconds">From start to end.</param>
/// <param name="Megabytes">Its peak memory.</param>
internal readonly record struct Cost(double Seconds, double Megabytes);

/// <summary>A command, timed as a whole process by GNU time, which also tells its peak memory.</summary>
internal sealed record Timed(string Program, IReadOnlyList<string> Arguments)
{
    public static Timed Shell(string line) => new("sh", ["-c", line]);

    /// <summary>Whether a command ends well.</summary>
    public static bool Succeeds(string program, params string[] arguments)
    {
        ProcessStartInfo start =
            new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    /// <summary>Runs it, not timed, and returns what it writes.</summary>
    public string Read()
    {
        using Process process = Process.Start(
            new ProcessStartInfo(Program, Arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    /// <summary>Runs it once.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public Cost Run()
    {
        string figures = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start =
                new("/usr/bin/time",
                    ["-f", "%e %M", "-o", figures, Program, .. Arguments]) { RedirectStandardOutput = true,
                    RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException(
                    $"{Program} {string.Join(' ', Arguments)} ended with {process.ExitCode}: {errors}");
            string[] cost = File.ReadAllLines(figures)[^1].Split(' ');
            return new Cost(double.Parse(cost[0], CultureInfo.InvariantCulture),
                double.Parse(cost[1], CultureInfo.InvariantCulture) / 1024);
        }
        finally
        {
            File.Delete(figures);
        }
    }
}
