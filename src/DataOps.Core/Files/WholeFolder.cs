using System.Runtime.InteropServices;

namespace DataOps.Core.Files;

/// <summary>A folder in the making: filled beside its place, and put there when it is whole.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Overwrite">Whether a folder that is there is replaced.</param>
internal sealed record WholeFolder(string Path, bool Overwrite)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Checks everything that can be checked before anything is read.</summary>
    /// <exception cref="DataOpsException">Something is there, or the folder above is not.</exception>
    public static WholeFolder Create(string path, bool overwrite)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(FullPath.Of(path));
        if (File.Exists(full))
            throw new DataOpsException(
                ErrorIds.InvalidPath, FailureKind.InvalidArgument, $"{full} is a file.", "Name a folder.", full);
        if (Directory.Exists(full) && !overwrite)
            throw new DataOpsException(
                ErrorIds.FileExists, FailureKind.AlreadyExists, $"{full} exists already.",
                "Choose another name, or overwrite it with -Force.", full);
        if (!Directory.Exists(System.IO.Path.GetDirectoryName(full)))
            throw new DataOpsException(
                ErrorIds.FolderNotFound, FailureKind.NotFound,
                $"There is no folder {System.IO.Path.GetDirectoryName(full)}.", "Create it first.", full);
        return new(full, overwrite);
    }

    /// <summary>
    /// Fills the folder; whatever fails, one that was there before is as it was, and no half one is left.
    /// </summary>
    /// <param name="fill">Gets the path that it has meanwhile.</param>
    public void Write(Action<string> fill)
    {
        string unfinished = Hidden(Path);
        string before = Hidden(Path);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(unfinished);
            else
                Directory.CreateDirectory(unfinished, Owner);
            fill(unfinished);
            // Before the name tells that it is whole, the disk has it.
            if (!OperatingSystem.IsWindows())
                Sync();
            if (Directory.Exists(Path))
                Directory.Move(Path, before);
            Directory.Move(unfinished, Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{Path} could not be written: {e.Message}",
                "Check the free space and the folder's rights.", Path, e);
        }
        finally
        {
            if (Directory.Exists(before) && !Directory.Exists(Path))
                Directory.Move(before, Path);
            foreach (string left in new[] { unfinished, before }.Where(Directory.Exists))
                Directory.Delete(left, recursive: true);
        }
    }

    /// <summary>Removes a folder: what fails half-way leaves none of its name.</summary>
    public static void Remove(string path)
    {
        string removed = Hidden(path);
        Directory.Move(path, removed);
        Directory.Delete(removed, recursive: true);
    }

    private static string Hidden(string path) => System.IO.Path.Join(
        System.IO.Path.GetDirectoryName(path), $".{System.IO.Path.GetFileName(path)}.{Guid.NewGuid():N}");

    [DllImport("libc", EntryPoint = "sync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Sync();
}
