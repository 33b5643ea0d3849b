namespace DataOps.Core.Changes.UndoFiles;

/// <summary>The folder in which DataOps keeps what outlives a run: undo files, and what was loaded last.</summary>
/// <remarks>
/// On Windows below the local application data. Elsewhere below the first of these that is an absolute path:
/// XDG_STATE_HOME (https://specifications.freedesktop.org/basedir-spec/latest/), STATE_DIRECTORY, which systemd sets
/// for a service, and .local/state of a home that is there; for an account without a home, the machine's /var/lib, for
/// root or where somebody has made /var/lib/dataops.
/// </remarks>
internal static class StateFolder
{
    private const string MachineFolder = "/var/lib";

    /// <summary>The variable that names another folder.</summary>
    public static string Variable => OperatingSystem.IsWindows() ? "LOCALAPPDATA" : "XDG_STATE_HOME";

    /// <summary>A folder in it, which may not be there yet; null where nothing tells where it could be.</summary>
    public static string? Find(string name) =>
        Base() is { } state ? Path.Combine(state, OperatingSystem.IsWindows() ? "DataOps" : "dataops", name) : null;

    /// <summary>A folder in it, which may not be there yet.</summary>
    /// <exception cref="DataOpsException"><c>NoStateFolder</c>: nothing tells where it could be.</exception>
    public static string Of(string name) => Find(name) ?? throw new DataOpsException(
        ErrorIds.NoStateFolder, FailureKind.InvalidOperation,
        $"This account has no home folder, and nothing else tells where its {name} files go, so nothing was changed.",
        $"Set {Variable} to an absolute path, or name a file with -UndoPath, or do without one: -NoUndo.", name);

    /// <summary>Makes a folder that only its owner can look into.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string? Base()
    {
        if (OperatingSystem.IsWindows())
            return Rooted(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Rooted(Environment.GetEnvironmentVariable("XDG_STATE_HOME"))
            // Of several folders of a service the first is its own.
            ?? Rooted(Environment.GetEnvironmentVariable("STATE_DIRECTORY")?.Split(':')[0])
            ?? (Rooted(home) is not null && Directory.Exists(home) ? Path.Combine(home, ".local", "state") : null)
            ?? (Environment.IsPrivilegedProcess
            || Directory.Exists(Path.Combine(MachineFolder, "dataops")) ? MachineFolder : null);
    }

    // A relative XDG_STATE_HOME is to be ignored, says its specification.
    private static string? Rooted(string? path) => Path.IsPathFullyQualified(path ?? "") ? path : null;
}
