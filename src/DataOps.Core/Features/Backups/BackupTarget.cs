using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Backups;

/// <summary>Where a backup goes: a tar file, the standard output, or a folder.</summary>
internal sealed class BackupTarget
{
    private readonly WholeFile? _file;
    private readonly WholeFolder? _folder;

    private readonly RecipientKeys? _recipients;

    private BackupTarget(WholeFile? file, WholeFolder? folder, RecipientKeys? recipients) =>
        (_file, _folder, _recipients) = (file, folder, recipients);

    /// <summary>The full path; <c>-</c> for the standard output.</summary>
    public string Path => _file?.Path ?? _folder!.Path;

    /// <summary>Checks everything that can be checked before anything is read.</summary>
    /// <exception cref="DataOpsException">Something is there, or the folder above is not.</exception>
    public static BackupTarget Create(BackupSiteOptions options)
    {
        if (!options.AsFolder)
            return new(WholeFile.Create(options.Path, options.Force), null,
                options.Recipient.Count == 0 ? null : RecipientKeys.Read(options.Recipient));
        if (FixtureFile.IsStandard(options.Path))
            throw OptionText.Wrong("Path", $"\"{options.Path}\"", "A folder has no place in the standard output.");
        WholeFolder folder = WholeFolder.Create(options.Path, options.Force);
        // With a slip of the pen -Force would replace a folder of anything.
        if (Directory.Exists(folder.Path))
            _ = ArchiveReader.Open(folder.Path);
        return new(null, folder, null);
    }

    /// <summary>Writes it; whatever fails, what was there before is as it was, and nothing half is left.</summary>
    /// <returns>Its size in bytes.</returns>
    public long Write(Action<IArchiveForm> write)
    {
        if (_file is not null)
            return _file.Write(output =>
            {
                using Stream? encrypted = _recipients?.Encrypt(output);
                write(new ArchiveTar(encrypted ?? output));
            });
        _folder!.Write(path => write(new ArchiveFolder(path)));
        return ArchiveReader.Open(_folder.Path).Bytes;
    }
}
