using DataOps.Core.Kernel;

namespace DataOps.Core.Changes.UndoFiles;

/// <summary>Where undo files go when nobody says.</summary>
internal static class UndoPlace
{
    /// <summary>The path to write to, checked before anything is changed; null for none. The default folder is made.</summary>
    /// <param name="options">What the user says.</param>
    /// <param name="database">The database.</param>
    /// <param name="operation">The operation, as <c>Import-Dataset</c>.</param>
    /// <exception cref="DataOpsException">The file is there, or its folder is not.</exception>
    public static string? Of(ChangeOptions options, string database, string operation)
    {
        if (options.NoUndo || options.WhatIf)
            return null;
        return options.UndoPath is { } path ? Named(path) : Default(database, operation);
    }

    private static string Named(string path)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full) || Directory.Exists(full))
            throw new DataOpsException(
                ErrorIds.FileExists, FailureKind.AlreadyExists, $"{full} is there already.", "Name another undo file with -UndoPath: none is ever overwritten.", full);
        if (!Directory.Exists(Path.GetDirectoryName(full)))
            throw new DataOpsException(
                ErrorIds.FolderNotFound, FailureKind.NotFound, $"There is no folder {Path.GetDirectoryName(full)}.",
                "Make it first, or name another one with -UndoPath.", full);
        return full;
    }

    /// <summary>The default folder: of the state of programs, not of their settings, and the user's own.</summary>
    public static string Folder => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "DataOps", "undo")
        : Path.Combine(StateFolder, "dataops", "undo");

    // A relative XDG_STATE_HOME is to be ignored, says its specification.
    private static string StateFolder =>
        Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } state && Path.IsPathRooted(state)
            ? state
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");

    private static string Default(string database, string operation)
    {
        string folder = Folder;
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"The folder for undo files, {folder}, could not be made: {e.Message}",
                "Name a file with -UndoPath, or do without one: -NoUndo.", folder, e);
        }
        char[] odd = [.. Path.GetInvalidFileNameChars(), '/', '\\', ':'];
        string safe = string.Concat(database.Select(c => odd.Contains(c) || char.IsControl(c) ? '_' : c)).TrimStart('.');
        string name = Path.Combine(folder, $"{safe[..Math.Min(safe.Length, 60)]}-{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}-{operation}");
        string path = name + ".undo.gz";
        for (int i = 2; File.Exists(path); i++)
            path = $"{name}-{i}.undo.gz";
        return path;
    }
}
