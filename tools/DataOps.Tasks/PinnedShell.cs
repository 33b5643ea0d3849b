namespace DataOps.Tasks;

/// <summary>The PowerShell that .config/dotnet-tools.json pins; a pwsh of the machine's own is never used.</summary>
internal static class PinnedShell
{
    private const UnixFileMode Executable =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Puts it first on PATH, as pwsh, for all that this task starts.</summary>
    /// <returns>The full path of pwsh.</returns>
    public static string Install()
    {
        Ask("restore");
        string home = Ask("run", "pwsh", "-NoProfile", "-NonInteractive", "-Command", "$PSHOME")[^1];
        // PowerShell's own executable, beside its libraries, looks for .NET here.
        Environment.SetEnvironmentVariable("DOTNET_ROOT", Path.GetDirectoryName(Environment.ProcessPath));
        string program = OperatingSystem.IsWindows() ? Path.Combine(home, "pwsh.exe") : WriteLauncher(home);
        string path =
            $"{Path.GetDirectoryName(program)}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        Environment.SetEnvironmentVariable("PATH", path);
        return program;
    }

    private static IReadOnlyList<string> Ask(params string[] arguments)
    {
        (int exitCode, IReadOnlyList<string> lines) = Shell.Read("dotnet", ["tool", .. arguments]);
        if (exitCode == 0 && lines.Count > 0)
            return lines;
        string said = string.Join(Environment.NewLine, lines);
        throw new TaskFailedException(
            $"{said}{Environment.NewLine}PowerShell cannot be had: dotnet tool {arguments[0]}.");
    }

    // The package's executable is of one processor; the libraries beside it run wherever .NET does.
    private static string WriteLauncher(string home)
    {
        string folder = Path.Combine(Repository.Root, ".tools", "bin");
        string launcher = Path.Combine(Directory.CreateDirectory(folder).FullName, "pwsh");
        string library = Path.Combine(home, "pwsh.dll");
        File.WriteAllText(launcher, $"#!/bin/sh\nexec '{Quote(Environment.ProcessPath!)}' '{Quote(library)}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(launcher, File.GetUnixFileMode(launcher) | Executable);
        return launcher;
    }

    private static string Quote(string path) => path.Replace("'", @"'\''");
}
