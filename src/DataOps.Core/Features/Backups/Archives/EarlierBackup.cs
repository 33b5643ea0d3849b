namespace DataOps.Core.Features.Backups.Archives;

/// <summary>
/// An earlier backup that is a folder: the files of storages that have not changed since are linked from there, so that
/// each of the two backups is whole without the other.
/// </summary>
/// <remarks>As rsync's --link-dest: by size, time and mode; no content is read.</remarks>
internal sealed class EarlierBackup
{
    // The coarsest clock of a file system: what was written while the other backup was may have changed since.
    private static readonly TimeSpan s_clock = TimeSpan.FromSeconds(2);

    private readonly ArchiveReader _archive;
    private readonly Dictionary<string, ArchiveMember> _files;

    private EarlierBackup(ArchiveReader archive)
    {
        _archive = archive;
        _files = archive.Manifest.Members.Where(m => m.Modified < archive.Manifest.Created - s_clock)
            .ToDictionary(m => m.Name);
    }

    /// <summary>Opens one.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>; <c>InvalidOption</c>: it is a tar file, which no other
    /// file can share contents with.</exception>
    public static EarlierBackup Open(string path) => Directory.Exists(path)
        ? new(ArchiveReader.Open(path))
        : throw OptionText.Wrong(
            "Base", $"\"{path}\"", "Use a backup that is a folder (-AsFolder): a tar file holds its contents alone.");

    /// <summary>The member that a file still is; null for one that is new or has changed.</summary>
    public ArchiveMember? Unchanged(string name, FileInfo file) =>
        _files.TryGetValue(name, out ArchiveMember? member) && member.Bytes == file.Length
            && member.Modified == file.LastWriteTimeUtc
            && (OperatingSystem.IsWindows()
                || (file.UnixFileMode & MemberName.PlainMode) == _archive.ModeOf(name))
            ? member
            : null;

    /// <summary>Makes a member one of the new backup, too.</summary>
    /// <returns>Whether it is; false where both are on different file systems.</returns>
    public bool Link(ArchiveMember member, ArchiveFolder folder) =>
        folder.Link(member.Name, _archive.FileOf(member.Name));
}
