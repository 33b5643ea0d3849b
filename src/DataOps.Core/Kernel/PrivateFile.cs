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
        // The mode of a new file passes through the umask, that of one to be kept must not.
        if (!OperatingSystem.IsWindows() && File.Exists(replaced))
            File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(replaced));
        return file;
    }
}
