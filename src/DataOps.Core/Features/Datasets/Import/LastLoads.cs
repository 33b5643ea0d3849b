using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// Of which moment the rows were that a spec's deletions were last made from, by database and spec; in the user's
/// folder beside that of undo files.
/// </summary>
/// <param name="session">The session, in the transaction of the load.</param>
/// <param name="cancellation">Cancels the query.</param>
internal sealed class LastLoads(Session session, CancellationToken cancellation)
{
    private readonly string _place =
        $"{RowImages.SystemIdentifier(session, cancellation) ?? session.Server}/{session.Database}";

    /// <summary>The folder.</summary>
    /// <exception cref="DataOpsException">Nothing tells where it could be.</exception>
    public static string Folder => StateFolder.Of("loads");

    /// <summary>The newest of the files that were loaded with a spec; null when none is known.</summary>
    /// <exception cref="DataOpsException">What is remembered cannot be read.</exception>
    public DateTimeOffset? Of(FileSpec spec)
    {
        if (StateFolder.Find("loads") is null)
            return null;
        string path = PathOf(spec);
        try
        {
            if (!File.Exists(path))
                return null;
            return DateTimeOffset.Parse(
                File.ReadAllText(path).Trim(), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new DataOpsException(
                ErrorIds.ReadFailed, FailureKind.InvalidOperation,
                $"The record of the last load, {path}, could not be read: {e.Message}",
                "Delete it if it is damaged, or load without it: -AllowOlder.", path, e);
        }
    }

    /// <summary>
    /// Remembers a file's moment for its specs that delete, when it has been loaded; an earlier one than what is known
    /// only where that was asked for.
    /// </summary>
    /// <param name="specs">The file's specs.</param>
    /// <param name="snapshot">Its moment.</param>
    /// <param name="goesBack">Whether it may be an earlier one.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Remember(IEnumerable<FileSpec> specs, DateTimeOffset snapshot, bool goesBack)
    {
        StateFolder.Make(Folder);
        foreach (string path in specs.Where(s => s.Spec.DeleteMissing && (goesBack || !(Of(s) > snapshot))).Select(
            PathOf).Distinct())
        {
            string unfinished = $"{path}.{Guid.NewGuid():N}";
            File.WriteAllText(unfinished, snapshot.ToString("o", CultureInfo.InvariantCulture));
            File.Move(unfinished, path, overwrite: true);
        }
    }

    // The filter in the order of its look-ups' names: the order in which a file has them means nothing.
    private string PathOf(FileSpec spec)
    {
        string filter = string.Join(
            ", ", spec.Lookups.Select(l => $"{l.Path} {FeincmsHeader.Text(l.Value)}").Order(StringComparer.Ordinal));
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{_place} {spec.Spec.Model} {filter}"));
        return Path.Combine(Folder, Convert.ToHexString(hash)[..32].ToLowerInvariant());
    }
}
