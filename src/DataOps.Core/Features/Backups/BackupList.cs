using DataOps.Core.Features.Backups.Archives;

namespace DataOps.Core.Features.Backups;

/// <summary>The whole backups among files and in folders.</summary>
internal static class BackupList
{
    private static readonly string[] s_endings = ["*.tar", "*.tar.gpg", "*.tar.pgp", "*.tar.asc"];

    /// <summary>Whether a file of this name, in a folder, can be a backup.</summary>
    public static bool IsName(string name) =>
        s_endings.Any(e => name.EndsWith(e[1..], StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads their manifests, and gives the oldest first.</summary>
    /// <param name="paths">Archives, and folders of them.</param>
    /// <param name="keyFile">The file of the secret key that opens encrypted ones; without it they are listed closed.
    /// </param>
    /// <param name="context">Hears of other tar files in folders, of backups that are not whole, and of those that the
    /// key does not open.</param>
    /// <exception cref="DataOpsException">A file that was named is no backup, or the key is not its.</exception>
    public static IOrderedEnumerable<SiteBackup> Read(
        IEnumerable<string> paths, string? keyFile, OperationContext context) =>
        paths.SelectMany(p => Read(p, keyFile, context)).DistinctBy(b => b.Path)
            .OrderBy(b => b.Created).ThenBy(b => b.Path, StringComparer.Ordinal);

    private static IEnumerable<SiteBackup> Read(string path, string? keyFile, OperationContext context)
    {
        if (!Directory.Exists(path) || ArchiveFolder.IsOne(path))
        {
            yield return Describe(path, keyFile, context);
            yield break;
        }
        // What is in the making, or half removed, has a hidden name.
        foreach (string file in s_endings.SelectMany(e => Directory.EnumerateFiles(path, e))
            .Concat(Directory.EnumerateDirectories(path).Where(ArchiveFolder.IsOne))
            .Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal))
        {
            context.Report($"Reading {Path.GetFileName(file)}", 0, null);
            SiteBackup? backup = null;
            try
            {
                backup = Describe(file, keyFile, context);
            }
            catch (DataOpsException e) when (e.Id is ErrorIds.InvalidBackup or ErrorIds.EncryptedBackup)
            {
                context.Warning?.Invoke(e.Message);
            }
            if (backup is not null)
                yield return backup;
        }
    }

    private static SiteBackup Describe(string path, string? keyFile, OperationContext context)
    {
        string full = FullPath.Of(path);
        string? recipients = EncryptedArchive.Recipients(full) is { } keys ? string.Join(",", keys) : null;
        if (recipients is not null && keyFile is null)
            return new("", "", full, File.GetLastWriteTimeUtc(full), null, null, null, null, null, null,
                new FileInfo(full).Length, recipients);
        using ArchiveReader archive = ArchiveReader.Open(path, keyFile, context.Cancellation);
        BackupManifest manifest = archive.Manifest;
        return new(
            manifest.Server, manifest.Database.Name, archive.Path, manifest.Created, manifest.ServerVersion,
            manifest.Tables.Count, manifest.Rows, Joined(manifest.Storages.Select(s => s.Name)),
            manifest.Storages.Sum(s => s.Files), Joined(manifest.LeftOut), archive.Bytes, recipients)
        {
            System = manifest.System,
        };
    }

    private static string? Joined(IEnumerable<string> names) =>
        string.Join(",", names) is { Length: > 0 } text ? text : null;
}
