using System.Diagnostics;
using System.Globalization;

namespace DataOps.Benchmarks;

/// <summary>What a process needed.</summary>
/// <param name="Seconds">From start to end.</param>
/// <param name="Megabytes">Its peak memory.</param>
/// <param name="Processor">Seconds of the processors.</param>
/// <param name="Disk">Megabytes read from the disk and written for it.</param>
internal readonly record struct Cost(double Seconds, double Megabytes, double Processor, double Disk);

/// <summary>A command, timed as a whole process by GNU time, which also tells its peak memory.</summary>
internal sealed record Timed(string Program, IReadOnlyList<string> Arguments)
{
    private const int Block = 512;

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
                    ["-f", "%e %M %U %S %I %O", "-o", figures, Program, .. Arguments]) { RedirectStandardOutput = true,
                    RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException(
                    $"{Program} {string.Join(' ', Arguments)} ended with {process.ExitCode}: {errors}");
            double[] cost = [.. File.ReadAllLines(figures)[^1].Split(' ')
                .Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
            return new Cost(cost[0], cost[1] / 1024, cost[2] + cost[3], (cost[4] + cost[5]) * Block / 1e6);
        }
        finally
        {
            File.Delete(figures);
        }
    }
}
