namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>
/// A storage that is restored beside its folder, and then put into its place by two renames; what was there is kept.
/// </summary>
internal sealed class StorageRestore : IDisposable
{
    private readonly string _folder;
    private readonly string _new;
    private bool _isSwapped;

    /// <summary>Plans it.</summary>
    /// <param name="storage">The storage, as it is in the archive.</param>
    /// <param name="folder">The folder whose place its files take.</param>
    /// <param name="time">What tells its names from those of other restores.</param>
    public StorageRestore(BackupStorage storage, string folder, string time)
    {
        (Storage, _folder) = (storage, folder.TrimEnd(Path.DirectorySeparatorChar));
        (_new, string kept) = ($"{_folder}_restore_{time}", $"{_folder}_before_{time}");
        Kept = Directory.Exists(_folder) ? kept : null;
    }

    /// <summary>The storage.</summary>
    public BackupStorage Storage { get; }

    /// <summary>Where the files are kept that are there now; null where there is no folder.</summary>
    public string? Kept { get; }

    /// <summary>Writes the files beside their place.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: one is damaged; <c>WriteFailed</c>.</exception>
    public void Extract(RestoreSource archive, OperationContext context)
    {
        long done = 0;
        try
        {
            Directory.CreateDirectory(_new);
            foreach (StoredFile stored in archive.Files(Storage, context.Cancellation))
            {
                context.Report($"Writing files of {Storage.Name}", done++, Storage.Files);
                string path = Path.Join(_new, stored.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                // Where names differ in case alone on a system that does not tell them apart, the second is refused.
                using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
                stored.CopyTo(file);
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(file.SafeFileHandle, stored.Mode);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{_new} could not be written: {e.Message}",
                "Check the free space and the folder's rights.", _new, e);
        }
        if (done != Storage.Files)
            throw archive.Invalid($"storage {Storage.Name} has {done} files and should have {Storage.Files}");
        if (Kept is not null && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(_new, File.GetUnixFileMode(_folder));
    }

    /// <summary>Puts them into their place.</summary>
    /// <exception cref="DataOpsException"><c>WriteFailed</c>: all is as it was before.</exception>
    public void Swap()
    {
        try
        {
            if (Kept is not null)
                Directory.Move(_folder, Kept);
            try
            {
                Directory.Move(_new, _folder);
                _isSwapped = true;
            }
            catch when (Kept is not null)
            {
                Directory.Move(Kept, _folder);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{_folder} could not be replaced: {e.Message}",
                "The role of this process needs to write the folder above it.", _folder, e);
        }
    }

    /// <summary>Puts back what was there.</summary>
    public void SwapBack()
    {
        if (!_isSwapped)
            return;
        Directory.Move(_folder, _new);
        if (Kept is not null)
            Directory.Move(Kept, _folder);
        _isSwapped = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isSwapped && Directory.Exists(_new))
            Directory.Delete(_new, recursive: true);
    }
}
