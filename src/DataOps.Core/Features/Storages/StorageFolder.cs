namespace DataOps.Core.Features.Storages;

/// <summary>A folder of files beside the database, as a media folder.</summary>
/// <param name="Name">Its name: of one folder among several, and in an archive.</param>
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

    /// <summary>Whether a storage can have this name, which is that of a folder in an archive.</summary>
    public static bool IsName(string name) => name is not ("" or "." or "..")
        && name.IndexOfAny(['/', '\\', ':']) < 0 && !name.Any(char.IsControl);

    /// <summary>
    /// What is below it by its path there, without folders, in the order of <see cref="FilePathOrder"/>; links as they
    /// are.
    /// </summary>
    /// <exception cref="DataOpsException"><c>FolderNotFound</c>; <c>ReadFailed</c>: a folder that may not be
    /// read.</exception>
    public IEnumerable<(string Path, FileSystemInfo Entry)> Entries(NameFilter excluded)
    {
        Require();
        return Below(new(Path), "", excluded);
    }

    /// <summary>Makes sure that it is there.</summary>
    /// <exception cref="DataOpsException"><c>FolderNotFound</c>.</exception>
    public void Require()
    {
        if (!Directory.Exists(Path))
            throw new DataOpsException(ErrorIds.FolderNotFound, FailureKind.NotFound, $"There is no folder {Path}.",
                $"Check -Storage {Name}.", Path);
    }

    /// <summary>Its plain files; links and devices are told and not taken.</summary>
    /// <exception cref="DataOpsException"><c>FolderNotFound</c>; <c>ReadFailed</c>.</exception>
    public IEnumerable<(string Path, FileInfo File)> Files(NameFilter excluded, Action<string>? warn)
    {
        foreach ((string path, FileSystemInfo entry) in Entries(excluded))
            if (entry is FileInfo file && IsPlain(file))
                yield return (path, file);
            else
                warn?.Invoke($"{entry.FullName} is a link or a device, and not in the backup.");
    }

    private static IEnumerable<(string, FileSystemInfo)> Below(DirectoryInfo folder, string prefix, NameFilter excluded)
    {
        foreach (FileSystemInfo entry in Listed(folder))
        {
            string relative = prefix + entry.Name;
            if (!excluded.IsEmpty && excluded.Matches(relative))
                continue;
            if (entry is not DirectoryInfo inner || entry.LinkTarget is not null)
                yield return (relative, entry);
            else
                foreach ((string, FileSystemInfo) below in Below(inner, relative + "/", excluded))
                    yield return below;
        }
    }

    private static FileSystemInfo[] Listed(DirectoryInfo folder)
    {
        try
        {
            FileSystemInfo[] entries = folder.GetFileSystemInfos();
            Array.Sort(entries, (a, b) => FilePathOrder.Compare(a.Name, b.Name));
            return entries;
        }
        catch (DirectoryNotFoundException)
        {
            // The site goes on, and has deleted it meanwhile.
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.ReadFailed, FailureKind.InvalidOperation, $"{folder.FullName} could not be read: {e.Message}",
                "Leave it out with -Exclude, or run as an account that may read it.", folder.FullName, e);
        }
    }

    private static bool IsPlain(FileInfo file) => file.LinkTarget is null
        && (file.Attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) == 0;

    private static StorageFolder Parse(string text)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? "" : text[..equals].Trim();
        return IsName(name) && equals < text.Length - 1
            ? new(name, FullPath.Of(text[(equals + 1)..]))
            : throw Invalid($"-Storage \"{text}\" is not of the form name=folder.");
    }

    private static DataOpsException Invalid(string why) => new(
        ErrorIds.InvalidOption, FailureKind.InvalidArgument, why, "For example -Storage media=/srv/site/media.",
        "Storage");
}

/// <summary>
/// The order in which a folder is walked: by the bytes of the UTF-8 of a path, whose slash comes before all else, so
/// that what is below a folder stays together.
/// </summary>
internal static class FilePathOrder
{
    /// <summary>The same order in SQL.</summary>
    public static SqlText Of(SqlText path) => $"convert_to(replace({path}, '/', chr(1)), 'UTF8')";

    /// <summary>Compares two paths.</summary>
    public static int Compare(string a, string b)
    {
        int length = Math.Min(a.Length, b.Length);
        for (int i = 0; i < length; i++)
            if (a[i] != b[i])
                return Rank(a[i]) - Rank(b[i]);
        return a.Length - b.Length;
    }

    // Halves of a pair of UTF-16 stand for what UTF-8 has behind all others.
    private static int Rank(char c) => c switch
    {
        '/' => 1,
        >= '\uE000' => c - 0x800,
        >= '\uD800' => c + 0x2000,
        _ => c,
    };
}
