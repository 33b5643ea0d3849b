using DataOps.Core.Features.Backups.Archives;

namespace DataOps.Core.Features.Backups;

/// <summary>A folder of files beside the database, as a media folder: what is there, and what of it is taken.</summary>
/// <param name="Name">Its name in the archive.</param>
/// <param name="Path">The folder.</param>
internal sealed record StorageFolder(string Name, string Path)
{
    /// <summary>Reads <c>name=folder</c>.</summary>
    /// <exception cref="DataOpsException"><c>InvalidOption</c>: it is none.</exception>
    public static IReadOnlyList<StorageFolder> Parse(IReadOnlyList<string> texts)
    {
        StorageFolder[] storages = [.. texts.Select(Parse)];
        return storages.GroupBy(s => s.Name).FirstOrDefault(s => s.Count() > 1)?.Key is { } twice
            ? throw Invalid($"-Storage names {twice} twice.")
            : storages;
    }

    /// <summary>
    /// Its files by their paths below it, in the order of these; links and devices are told and not taken.
    /// </summary>
    /// <exception cref="DataOpsException"><c>FolderNotFound</c>; <c>InvalidPath</c>: a file's name that no archive
    /// takes.</exception>
    public IEnumerable<(string Member, FileInfo File)> Files(NameFilter excluded, Action<string>? warn)
    {
        DirectoryInfo root = new(Path);
        if (!root.Exists)
            throw new DataOpsException(ErrorIds.FolderNotFound, FailureKind.NotFound, $"There is no folder {Path}.",
                $"Check -Storage {Name}.", Path);
        return Below(root, "");

        IEnumerable<(string, FileInfo)> Below(DirectoryInfo folder, string prefix)
        {
            foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos()
                .OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                string relative = prefix + entry.Name;
                if (!excluded.IsEmpty && excluded.Matches(relative))
                    continue;
                if (entry.LinkTarget is not null || (entry is FileInfo && !IsPlain(entry)))
                    warn?.Invoke($"{entry.FullName} is a link or a device, and not in the backup.");
                else if (entry is DirectoryInfo inner)
                    foreach ((string, FileInfo) file in Below(inner, relative + "/"))
                        yield return file;
                else if (MemberName.WhyNot(relative) is { } why)
                    throw new DataOpsException(ErrorIds.InvalidPath, FailureKind.InvalidData,
                        $"{VisibleText.Of(entry.FullName)} cannot be in an archive: {why}.",
                        "Rename it, or leave it out with -Exclude.", entry.FullName);
                else
                    yield return (relative, (FileInfo)entry);
            }
        }
    }

    private static bool IsPlain(FileSystemInfo file) =>
        (file.Attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) == 0;

    private static StorageFolder Parse(string text)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? "" : text[..equals].Trim();
        return name.Length > 0 && equals < text.Length - 1 && !name.Contains('/') && MemberName.WhyNot(name) is null
            ? new(name, FullPath.Of(text[(equals + 1)..]))
            : throw Invalid($"-Storage \"{text}\" is not of the form name=folder.");
    }

    private static DataOpsException Invalid(string why) => new(
        ErrorIds.InvalidOption, FailureKind.InvalidArgument, why, "For example -Storage media=/srv/site/media.",
        "Storage");
}
