using System.Runtime.Versioning;

namespace DataOps.Core.Kernel;

/// <summary>
/// A file that holds rows: of a site's people, often, so that nobody but the account that writes it reads it.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates a file, which must not be there yet.</summary>
    /// <param name="path">Where it will be.</param>
    /// <param name="replaced">A file that it will replace, and whose mode it gets; null, or not there: read and written
    /// by its owner alone.</param>
    /// <exception cref="IOException">It is there, or cannot be written.</exception>
    public static FileStream Create(string path, string? replaced = null)
    {
        FileStream file = Create(path, FileShare.None);
        if (!OperatingSystem.IsWindows() && File.Exists(replaced))
            Keep(file, File.GetUnixFileMode(replaced));
        return file;
    }

    /// <summary>Creates a file that this process opens once more while it is open.</summary>
    /// <exception cref="IOException">It is there, or cannot be written.</exception>
    public static FileStream CreateShared(string path) => Create(path, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>
    /// Holds a file against everybody else, as whoever writes one does; null where another holds it, it is gone, or may
    /// not be written.
    /// </summary>
    public static FileStream? Hold(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static FileStream Create(string path, FileShare share)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = share,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        return new(path, options);
    }

    // A file system that gives all files one mode refuses to change it, also to what it is.
    [UnsupportedOSPlatform("windows")]
    private static void Keep(FileStream file, UnixFileMode mode)
    {
        if (File.GetUnixFileMode(file.SafeFileHandle) != mode)
            File.SetUnixFileMode(file.SafeFileHandle, mode);
    }
}
