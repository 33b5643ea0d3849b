using System.Text;

namespace DataOps.Core.Features.Storages;

/// <summary>The paths of files as rows have them.</summary>
internal static class StoragePath
{
    /// <summary>
    /// A value as the path below its storage that it means: without the storage's own path, without <c>./</c> and
    /// doubled slashes.
    /// </summary>
    public static SqlText Of(SqlText value, StorageFolder storage)
    {
        SqlText root = SqlText.Literal(storage.Path.TrimEnd('/') + "/");
        SqlText below = $"""
            case when starts_with({value}, {root}) then substr({value}, length({root}) + 1) else {value} end
            """;
        return $@"regexp_replace(regexp_replace({below}, '^(\./)+', ''), '(?<!^)/+', '/', 'g')";
    }

    /// <summary>Whether a path is none below its storage: Django refuses it then.</summary>
    public static bool LeadsOut(string path) =>
        path.StartsWith('/') || path.Contains("://", StringComparison.Ordinal) || path.Contains('\0')
        || path.Split('/').Contains("..");
}

/// <summary>
/// Finds the file whose name differs from a path in case alone, or in the form of its accents: some file systems take
/// these for the same, and the one that the site has moved to may not.
/// </summary>
/// <param name="root">The storage's folder.</param>
internal sealed class SimilarNames(string root)
{
    private const int MostFolders = 50;

    private readonly Dictionary<string, (HashSet<string> Exact, ILookup<string, string> Folded)> _folders = [];

    /// <summary>The path of that file; null where there is none, or several, or one of that very name.</summary>
    public string? Of(string path)
    {
        string found = "";
        foreach (string part in path.Split('/'))
        {
            (HashSet<string> exact, ILookup<string, string> folded) = Names(found);
            string[] similar = exact.Contains(part) ? [part] : [.. folded[Folded(part)]];
            if (similar is not [var only])
                return null;
            found = found.Length == 0 ? only : $"{found}/{only}";
        }
        return found == path ? null : found;
    }

    /// <summary>In what two paths differ, for a sentence.</summary>
    public static string Difference(string a, string b) =>
        a.Normalize(NormalizationForm.FormC) == b.Normalize(NormalizationForm.FormC)
            ? "the Unicode form of its accents (NFC, NFD)"
            : "upper and lower case";

    private static string Folded(string name) => name.Normalize(NormalizationForm.FormC).ToUpperInvariant();

    private (HashSet<string> Exact, ILookup<string, string> Folded) Names(string folder)
    {
        if (_folders.TryGetValue(folder, out (HashSet<string>, ILookup<string, string>) known))
            return known;
        if (_folders.Count == MostFolders)
            _folders.Clear();
        DirectoryInfo there = new(Path.Join(root, folder));
        string[] names = there.Exists ? [.. there.EnumerateFileSystemInfos().Select(e => e.Name)] : [];
        return _folders[folder] = ([.. names], names.ToLookup(Folded));
    }
}
