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
    public static WholeFolder Create(string path, bool overwrite) => new(
        WholePath.Require(
            System.IO.Path.TrimEndingDirectorySeparator(FullPath.Of(path)), isFolder: true, overwrite), overwrite);

    /// <summary>
    /// Fills the folder; whatever fails, one that was there before is as it was, and no half one is left.
    /// </summary>
    /// <param name="fill">Gets the path that it has meanwhile.</param>
    public void Write(Action<string> fill)
    {
        string unfinished = WholePath.Hidden(Path);
        string before = WholePath.Hidden(Path);
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
            // One that came meanwhile is nobody's to replace.
            if (Overwrite && Directory.Exists(Path))
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
        string removed = WholePath.Hidden(path);
        Directory.Move(path, removed);
        Directory.Delete(removed, recursive: true);
    }

    [DllImport("libc", EntryPoint = "sync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Sync();
}
