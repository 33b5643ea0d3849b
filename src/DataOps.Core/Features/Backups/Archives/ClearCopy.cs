namespace DataOps.Core.Features.Backups.Archives;

/// <summary>
/// A decrypted archive in the folder for temporary files, which its account alone reads. On Linux it has no name from
/// the first byte on: a process that is killed leaves nothing of it.
/// </summary>
internal sealed class ClearCopy : IDisposable
{
    private const string OpenFiles = "/proc/self/fd";

    private readonly FileStream _file;
    private readonly string? _named;

    /// <summary>Creates an empty one.</summary>
    /// <exception cref="DataOpsException"><c>WriteFailed</c>: there is no place for it.</exception>
    public ClearCopy()
    {
        string path = System.IO.Path.Join(System.IO.Path.GetTempPath(), $"dataops-{Guid.NewGuid():N}.tar");
        try
        {
            _file = PrivateFile.CreateShared(path);
            if (OperatingSystem.IsLinux() && Directory.Exists(OpenFiles))
            {
                File.Delete(path);
                Path = $"{OpenFiles}/{_file.SafeFileHandle.DangerousGetHandle()}";
            }
            else
                Path = _named = path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            throw Unwritten(e);
        }
    }

    /// <summary>The path by which this process opens it.</summary>
    public string Path { get; }

    /// <summary>Writes it.</summary>
    /// <param name="content">What it gets, which is read to its end.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DataOpsException"><c>WriteFailed</c>: there is no room.</exception>
    public void Write(Stream content, CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                _file.Write(buffer, 0, read);
            }
            catch (IOException e)
            {
                throw Unwritten(e);
            }
        }
        // Windows lets nobody read what is open for writing; what has no name is there as long as it is open.
        if (_named is not null)
            _file.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        if (_named is not null)
            File.Delete(_named);
    }

    private static DataOpsException Unwritten(Exception cause)
    {
        string folder = System.IO.Path.GetTempPath();
        return new(ErrorIds.WriteFailed, FailureKind.InvalidOperation,
            $"The decrypted archive could not be written in {folder}: {cause.Message}",
            "It needs room there; TMPDIR names another folder.", folder, cause);
    }
}
