using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.Pages;

namespace DataOps.Core.Features.Completion;

/// <summary>The names that complete an option at a prompt.</summary>
public static class CompletionNames
{
    private const int MostPages = 2000;

    // Whoever presses Tab waits for the answer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether names of a kind stand in a database.</summary>
    public static bool AreInDatabase(OptionNames kind) =>
        kind is not (OptionNames.None or OptionNames.DatasetName or OptionNames.UndoFile);

    /// <summary>
    /// The names in a database that is connected to for them, for five seconds at the most; none where it does not
    /// answer in that time, refuses the role, or has none of the kind.
    /// </summary>
    public static IReadOnlyList<string> Read(OptionNames kind, ConnectionSettings settings) => InTime(patience =>
    {
        using Session session = Session.Open(settings, "Completion", patience);
        return Read(kind, session, patience);
    });

    /// <summary>The same with a session that is open already.</summary>
    public static IReadOnlyList<string> Read(OptionNames kind, Session session) =>
        InTime(patience => Read(kind, session, patience));

    /// <summary>The undo files in the folder for them, the newest first.</summary>
    /// <param name="place">The database that they are of; null for any.</param>
    public static IReadOnlyList<string> UndoFiles(ConnectionSettings? place)
    {
        if (StateFolder.Find("undo") is not { } folder || !Directory.Exists(folder))
            return [];
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFiles($"*{UndoPlace.Ending}")
                .Where(f => place is null || IsOf(place, f.FullName))
                .OrderByDescending(f => f.LastWriteTimeUtc).Select(f => f.FullName)];
        }
        // Listing the changes says what is wrong with the folder.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsOf(ConnectionSettings place, string file) =>
        UndoHeader.Origin(file) is { } origin && place.Is(origin.Server, origin.Database);

    private static IReadOnlyList<string> InTime(Func<CancellationToken, IReadOnlyList<string>> read)
    {
        using CancellationTokenSource patience = new(s_patience);
        try
        {
            return read(patience.Token);
        }
        // Running the command says what is wrong; a prompt has no room for it.
        catch (Exception e) when (e is DataOpsException or OperationCanceledException)
        {
            return [];
        }
    }

    // Of several schemas the first stands for all.
    private static IReadOnlyList<string> Read(OptionNames kind, Session session, CancellationToken cancellation)
    {
        OperationContext context = new() { Cancellation = cancellation };
        Session site = session.Settings.Schemas.Count == 0
            ? session
            : session.In(SiteSchemas.Of(session, context)[0]);
        ReferenceCatalog catalog = ReferenceCatalog.Read(
            site, withEmbedded: kind == OptionNames.ReferenceName, reading: context);
        return kind == OptionNames.UrlPath
            ? UrlPaths(site, catalog, cancellation)
            : [.. Names(kind, site, catalog, cancellation).Distinct().Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Names(
        OptionNames kind, Session session, ReferenceCatalog catalog, CancellationToken cancellation) => kind switch
    {
        OptionNames.TableName => catalog.Database.Tables.Where(catalog.Database.IsOfSite).Select(t => t.DisplayName),
        OptionNames.ModelName => Labels(catalog),
        OptionNames.AppLabel => Labels(catalog).Select(l => l[..l.IndexOf('.')]),
        OptionNames.ReferenceName => catalog.References.Where(r => catalog.Database.IsOfSite(r.Table))
            .Select(r => r.Name),
        OptionNames.PageType => PageTables.Require(session, catalog).Types().Select(l => l.ToString()),
        OptionNames.SiteName => SiteAddress.Read(session, PageTables.Require(session, catalog), cancellation)
            .Select(s => s.Name),
        _ => [],
    };

    // Also those whose code or table is gone: they are what an audit of content types is about.
    private static IEnumerable<string> Labels(ReferenceCatalog catalog) =>
        catalog.Models.Select(m => m.Label.ToString())
            .Concat(catalog.ContentTypesWithoutTable.Select(c => c.Label.ToString()));

    private static IReadOnlyList<string> UrlPaths(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) => session.Query<string>(
        $"""
        select p.url_path from {PageTables.Require(session, catalog).Pages} p
        where p.url_path <> '' order by p.path limit {MostPages}
        """, cancellation);
}
