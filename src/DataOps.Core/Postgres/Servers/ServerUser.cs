using System.Diagnostics;

namespace DataOps.Core.Postgres.Servers;

/// <summary>Who runs a scratch server's programs: PostgreSQL refuses to run as root.</summary>
/// <param name="Name">The user, or null where it is the current one.</param>
internal sealed record ServerUser(string? Name)
{
    /// <summary>The current user, or for root the system's <c>postgres</c>, else <c>nobody</c>.</summary>
    public static ServerUser Choose()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return new ServerUser((string?)null);
        string[] known = File.ReadAllLines("/etc/passwd");
        string? name = Array.Find(
            ["postgres", "nobody"], user => known.Any(line => line.StartsWith(user + ":", StringComparison.Ordinal)));
        return new ServerUser(name ?? throw new DataOpsException(
            ErrorIds.NoServerUser, FailureKind.NotFound,
            "PostgreSQL does not run as root, and this machine has neither a user postgres nor a user nobody.",
            "Create a user postgres, or run as an ordinary user."));
    }

    /// <summary>
    /// How to start a program as this user; <c>setpriv</c> and <c>runuser</c> are util-linux's, and replace themselves
    /// by the program.
    /// </summary>
    public ProcessStartInfo Start(string program, params IEnumerable<string> arguments)
    {
        string[] prefix = Name is null ? []
            : File.Exists("/usr/bin/setpriv")
                ? ["/usr/bin/setpriv", "--reuid", Name, "--regid", Group(), "--init-groups", "--"]
            : ["runuser", "-u", Name, "--"];
        string[] command = [.. prefix, program, .. arguments];
        return new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
    }

    /// <summary>Gives a folder to this user.</summary>
    public void Own(string folder)
    {
        if (Name is not null)
            Run(new ProcessStartInfo("chown", ["-R", Name, folder]) { RedirectStandardOutput = true,
                RedirectStandardError = true });
    }

    /// <summary>Can this user run the program? Not when it lies below a folder that only root may enter.</summary>
    public bool CanRun(string program)
    {
        if (Name is null)
            return true;
        using Process process = Process.Start(Start("test", "-x", program))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="DataOpsException">It failed; the message has what it wrote.</exception>
    public static void Run(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        if (start.RedirectStandardInput)
            process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new DataOpsException(
                ErrorIds.ScratchServer, FailureKind.InvalidOperation,
                $"{Path.GetFileName(start.FileName)} failed: {error.Result.Trim()} {output.Trim()}".Trim());
    }

    private string Group() =>
        File.ReadLines("/etc/passwd")
            .First(line => line.StartsWith(Name + ":", StringComparison.Ordinal)).Split(':')[3];
}
