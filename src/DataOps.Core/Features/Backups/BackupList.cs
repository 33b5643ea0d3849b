using DataOps.Core.Features.Backups.Archives;

namespace DataOps.Core.Features.Backups;

/// <summary>The whole backups among files and in folders.</summary>
internal static class BackupList
{
    /// <summary>Reads their manifests, and gives the oldest first.</summary>
    /// <param name="paths">Archives, and folders of them.</param>
    /// <param name="context">Hears of other tar files in folders, and of backups that are not whole.</param>
    /// <exception cref="DataOpsException">A file that was named is no backup.</exception>
    public static IOrderedEnumerable<SiteBackup> Read(IEnumerable<string> paths, OperationContext context) =>
        paths.SelectMany(p => Read(p, context)).DistinctBy(b => b.Path)
            .OrderBy(b => b.Created).ThenBy(b => b.Path, StringComparer.Ordinal);

    private static IEnumerable<SiteBackup> Read(string path, OperationContext context)
    {
        if (!Directory.Exists(path) || ArchiveFolder.IsOne(path))
        {
            yield return Describe(ArchiveReader.Open(path));
            yield break;
        }
        if (Directory.EnumerateFiles(path, "*.tar.gpg").Count() is var encrypted && encrypted > 0)
            context.Warning?.Invoke($"{Counted.Of(encrypted, "encrypted backup")} in {path} "
                + $"{(encrypted == 1 ? "is" : "are")} not looked into: without a key nobody can.");
        // What is in the making, or half removed, has a hidden name.
        foreach (string file in Directory.EnumerateFiles(path, "*.tar")
            .Concat(Directory.EnumerateDirectories(path).Where(ArchiveFolder.IsOne))
            .Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal))
        {
            context.Report($"Reading {Path.GetFileName(file)}", 0, null);
            SiteBackup? backup = null;
            try
            {
                backup = Describe(ArchiveReader.Open(file));
            }
            catch (DataOpsException e) when (e.Id == ErrorIds.InvalidBackup)
            {
                context.Warning?.Invoke(e.Message);
            }
            if (backup is not null)
                yield return backup;
        }
    }

    private static SiteBackup Describe(ArchiveReader archive)
    {
        BackupManifest manifest = archive.Manifest;
        return new(
            manifest.Server, manifest.Database.Name, archive.Path, manifest.Created, manifest.ServerVersion,
            manifest.Tables.Count, manifest.Rows, Joined(manifest.Storages.Select(s => s.Name)),
            manifest.Storages.Sum(s => s.Files), Joined(manifest.LeftOut), archive.Bytes)
        {
            System = manifest.System,
        };
    }

    private static string? Joined(IEnumerable<string> names) =>
        string.Join(",", names) is { Length: > 0 } text ? text : null;
}
