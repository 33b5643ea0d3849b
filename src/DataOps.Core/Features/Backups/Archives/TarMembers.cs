using System.Formats.Tar;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>The members of a tar file, which are plain files with such names as <see cref="MemberNames"/> takes.
/// </summary>
internal static class TarMembers
{
    /// <summary>Reads them in their order.</summary>
    /// <param name="tar">The file.</param>
    /// <param name="withFolders">Whether there may be folders, which are passed over.</param>
    /// <param name="invalid">What is thrown, and why.</param>
    public static IEnumerable<TarEntry> Read(TarReader tar, bool withFolders, Func<string, DataOpsException> invalid)
    {
        MemberNames names = new(invalid);
        while (tar.GetNextEntry() is { } entry)
        {
            bool isFolder = withFolders && entry.EntryType == TarEntryType.Directory;
            string name = isFolder ? entry.Name.TrimEnd('/') : entry.Name;
            if (!isFolder && entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                throw invalid($"{VisibleText.Of(name)} is no plain file, but {entry.EntryType}");
            names.Add(name);
            if (!isFolder)
                yield return entry;
        }
    }
}
