using System.Globalization;
using System.Text.RegularExpressions;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>
/// What earlier restores of the same site have left: the databases and folders that they replaced, and what they made
/// when they were killed.
/// </summary>
/// <param name="Databases">The databases.</param>
/// <param name="Folders">The folders.</param>
internal sealed partial record RestoreLeftovers(IReadOnlyList<string> Databases, IReadOnlyList<string> Folders)
{
    // One that is younger may be the first moment of a restore that runs.
    private static readonly TimeSpan s_young = TimeSpan.FromMinutes(10);

    /// <summary>There are none, or they are left.</summary>
    public static RestoreLeftovers None { get; } = new([], []);

    /// <summary>All of them, joined by commas; null for none.</summary>
    public string? Names => string.Join(",", Databases.Concat(Folders)) is { Length: > 0 } names ? names : null;

    /// <summary>Finds them.</summary>
    /// <param name="session">A session on the server.</param>
    /// <param name="name">The database that was restored.</param>
    /// <param name="storages">The storages that are restored.</param>
    /// <param name="context">Cancellation.</param>
    public static RestoreLeftovers Find(
        Session session, string name, IEnumerable<StorageRestore> storages, OperationContext context) =>
        new([.. Marked(session, name, context)], [.. storages.SelectMany(s => s.Leftovers())]);

    /// <summary>Removes them; what cannot be removed is told, as the site is restored all the same.</summary>
    public void Remove(Session server, OperationContext context)
    {
        foreach (string database in Databases)
            Try(() => server.Run($"drop database if exists {SqlText.Identifier(database)}", context.Cancellation),
                $"The database {database}");
        foreach (string folder in Folders)
            Try(() => StorageRestore.Remove(folder), $"The folder {folder}");

        void Try(Action remove, string what)
        {
            try
            {
                remove();
            }
            catch (Exception e) when (e is DataOpsException or IOException or UnauthorizedAccessException)
            {
                context.Warning?.Invoke($"{what} of an earlier restore could not be removed: {e.Message}");
            }
        }
    }

    private static IEnumerable<string> Marked(Session session, string name, OperationContext context)
    {
        IReadOnlyList<(string Name, string? Comment)> databases = session.Query<(string, string?)>(
            $"""
            select datname::text, shobj_description(d.oid, 'pg_database') from pg_database d
            where datname <> current_database() and not {RestoreMark.IsRunning($"d.oid")} order by 1
            """, context.Cancellation);
        foreach ((string other, string? comment) in databases)
            if (RestoreMark.IsIn(comment, RestoreMark.Kept(other, name))
                || RestoreMark.IsIn(comment, RestoreMark.Unfinished(other, name))
                || (comment is null && IsOld(other, name) && IsEmpty(session, other, context)))
                yield return other;
    }

    // The mark comes just after the database, and before all that is in it.
    private static bool IsOld(string other, string name) =>
        Ending().Match(other) is { Success: true } ending
        && other == DatabaseName.Fit(name, ending.Value)
        && DateTime.TryParseExact(ending.Groups[1].Value, DatabaseName.TimeFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time)
        && DateTime.UtcNow - time > s_young;

    private static bool IsEmpty(Session session, string other, OperationContext context)
    {
        using Session inside = session.ForkTo(other, context.Cancellation);
        return DatabaseContent.Read(inside, context.Cancellation).Count == 0;
    }

    [GeneratedRegex("_restore_([0-9]{14})$")]
    private static partial Regex Ending();
}
