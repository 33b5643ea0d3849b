using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Backups;

/// <summary>What a backup that was killed has left, under the hidden name that it had in the making.</summary>
/// <param name="Path">The file or the folder.</param>
/// <param name="Written">When it was last written, in UTC.</param>
/// <param name="Bytes">Its size, in bytes; null of a folder.</param>
/// <param name="IsCertain">Whether it is certain that no backup writes it any more.</param>
internal sealed record UnfinishedBackup(string Path, DateTime Written, long? Bytes, bool IsCertain)
{
    // A backup writes all the time.
    private static readonly TimeSpan s_leftOver = TimeSpan.FromDays(1);

    // Between creating a file and holding it there is a moment, in which nobody else should.
    private static readonly TimeSpan s_young = TimeSpan.FromMinutes(1);

    /// <summary>What it is, as a sentence's beginning.</summary>
    public string Description => Bytes is { } bytes
        ? $"{Path} ({bytes >> 20} MB, last written {Written:u}) was left by a backup that did not end"
        : ArchiveFolder.IsOne(Path)
            ? $"{Path} (last written {Written:u}) holds a backup that was being replaced or removed"
            : $"{Path} (last written {Written:u}) was left by a backup, or by its removal, that did not end";

    /// <summary>What one does about it, as a sentence's end.</summary>
    public string Advice => IsCertain ? "Remove-Backup removes it"
        : Bytes is null && ArchiveFolder.IsOne(Path) ? "Test-Backup tells whether it is whole"
        : "delete it when no backup runs";

    /// <summary>Finds those in folders that no backup holds now.</summary>
    public static IEnumerable<UnfinishedBackup> In(IEnumerable<string> paths) => paths
        .Where(p => Directory.Exists(p) && !ArchiveFolder.IsOne(p)).Select(FullPath.Of).Distinct()
        .SelectMany(f => new DirectoryInfo(f).EnumerateFileSystemInfos(".*")
            .OrderBy(e => e.Name, StringComparer.Ordinal))
        .Where(e => e.LinkTarget is null).Select(Of).OfType<UnfinishedBackup>();

    /// <summary>Removes it, unless somebody holds it meanwhile.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public void Remove()
    {
        using FileStream? held = PrivateFile.Hold(Path);
        if (held is null)
            throw new IOException("it is in use");
        // Windows deletes nothing that is held.
        if (OperatingSystem.IsWindows())
            held.Dispose();
        File.Delete(Path);
    }

    private static UnfinishedBackup? Of(FileSystemInfo entry)
    {
        TimeSpan age = DateTime.UtcNow - entry.LastWriteTimeUtc;
        if (WholePath.Shown(entry.Name) is not { } name || age < s_young)
            return null;
        if (entry is not FileInfo file)
            return age < s_leftOver ? null : new(entry.FullName, entry.LastWriteTimeUtc, null, IsCertain: false);
        if (!BackupList.IsName(name))
            return null;
        using FileStream? held = PrivateFile.Hold(entry.FullName);
        bool isOurs = held is not null;
        if (!isOurs && IsHeld(entry.FullName))
            return null;
        return new(entry.FullName, file.LastWriteTimeUtc, file.Length, isOurs && age >= s_leftOver
            && IsHeld(entry.FullName) && new DriveInfo(file.DirectoryName!).DriveType != DriveType.Network);
    }

    // Not where the file system knows no locks; those of a network's are not always known to all.
    private static bool IsHeld(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is IOException;
        }
    }
}
