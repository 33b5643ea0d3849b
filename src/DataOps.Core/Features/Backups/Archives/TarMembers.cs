using System.Formats.Tar;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>
/// The members of a tar file, of which none can be written outside of its place, nor over another one.
/// </summary>
internal static class TarMembers
{
    private const int Most = 10_000_000;

    /// <summary>Reads them in their order.</summary>
    /// <param name="tar">The file.</param>
    /// <param name="withFolders">Whether there may be folders, which are passed over.</param>
    /// <param name="invalid">What is thrown, and why.</param>
    public static IEnumerable<TarEntry> Read(TarReader tar, bool withFolders, Func<string, DataOpsException> invalid)
    {
        HashSet<string> folded = new(StringComparer.OrdinalIgnoreCase);
        while (tar.GetNextEntry() is { } entry)
        {
            bool isFolder = withFolders && entry.EntryType == TarEntryType.Directory;
            string name = isFolder ? entry.Name.TrimEnd('/') : entry.Name;
            if (!isFolder && entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                throw invalid($"{VisibleText.Of(name)} is no plain file, but {entry.EntryType}");
            if (MemberName.WhyNot(name) is { } why)
                throw invalid($"the name {VisibleText.Of(name)} is refused: {why}");
            // On some systems the second would overwrite the first.
            if (!folded.Add(name))
                throw invalid($"{name} is there twice, or differs from another name in case alone");
            if (folded.Count > Most)
                throw invalid($"it has more than {Most} members");
            if (!isFolder)
                yield return entry;
        }
    }
}
