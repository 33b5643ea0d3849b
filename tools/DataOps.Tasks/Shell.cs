using System.Diagnostics;

namespace DataOps.Tasks;

/// <summary>Runs other programs.</summary>
internal static class Shell
{
    /// <summary>The full path of a program on PATH, or null.</summary>
    public static string? Find(string program)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
            Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => endings.Select(ending => Path.Combine(folder, program + ending)))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>
    /// Runs a program that writes to our output, and reads our input only if told so; returns its exit code.
    /// </summary>
    public static int Run(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        bool takesInput = false)
    {
        ProcessStartInfo start = Prepare(program, arguments, environment);
        start.RedirectStandardInput = !takesInput;
        using Process process = Process.Start(start)!;
        if (!takesInput)
            process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Runs a program, hands on each line that it writes, and returns its exit code with the lines.</summary>
    public static (int ExitCode, IReadOnlyList<string> Lines) Read(
        string program, IEnumerable<string> arguments, Action<string>? each = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = Prepare(program, arguments, environment);
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        List<string> lines = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
            each?.Invoke(line);
        }
        process.WaitForExit();
        return (process.ExitCode, lines);
    }

    /// <summary>
    /// Builds projects or the solution in Release; the compiler's and MSBuild's servers are told not to stay behind.
    /// </summary>
    public static void Build(string path)
    {
        Console.WriteLine($"Building {path}");
        (int exitCode, IReadOnlyList<string> lines) = Read("dotnet",
            ["build", Path.Combine(Repository.Root, path), "-c", "Release", "-v", "quiet", "-nologo",
                "--disable-build-servers"]);
        if (exitCode != 0)
            throw new TaskFailedException(
                $"{string.Join(Environment.NewLine, lines)}{Environment.NewLine}{path} does not build.");
    }

    private static ProcessStartInfo Prepare(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        ProcessStartInfo start =
            new(program, arguments) { WorkingDirectory = Repository.Root, RedirectStandardInput = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return start;
    }
}
