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
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        FileStream file = new(path, options);
        if (!OperatingSystem.IsWindows() && File.Exists(replaced))
            Keep(file, File.GetUnixFileMode(replaced));
        return file;
    }

    // A file system that gives all files one mode refuses to change it, also to what it is.
    [UnsupportedOSPlatform("windows")]
    private static void Keep(FileStream file, UnixFileMode mode)
    {
        if (File.GetUnixFileMode(file.SafeFileHandle) != mode)
            File.SetUnixFileMode(file.SafeFileHandle, mode);
    }
}
