using System.Globalization;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Django.Pages;

/// <summary>Wagtail's tables in a database, and the pages that a user names.</summary>
internal sealed class WagtailTables(Session session, ReferenceCatalog catalog, CancellationToken cancellation)
{
    /// <summary>The label of the model that all pages are.</summary>
    public const string PageModel = "wagtailcore.page";

    private sealed record Found(long Id, string UrlPath);

    /// <summary>The tables and models.</summary>
    public ReferenceCatalog Catalog => catalog;

    /// <summary>wagtailcore_page.</summary>
    /// <exception cref="DataOpsException"><c>NoPages</c>: there is none.</exception>
    public Table Pages { get; } = catalog.Database.Find(catalog.Database.DjangoSchema, "wagtailcore_page")
        ?? throw new DataOpsException(
            ErrorIds.NoPages, FailureKind.NotFound, $"{session.Database} has no table wagtailcore_page.", "Connect to the database of a Wagtail site.",
                session.Database);

    /// <summary>A table of Django's schema; null when it is not there.</summary>
    public Table? Find(string name) => catalog.Database.Find(catalog.Database.DjangoSchema, name);

    /// <summary>The page that a user names by its id or its url path.</summary>
    /// <exception cref="DataOpsException"><c>UnknownPage</c>, or <c>AmbiguousPage</c> when several pages have the url path.</exception>
    public long Require(string page)
    {
        bool isId = long.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out long id);
        IReadOnlyList<Found> found = session.List<Found>(
            $"select p.id::int8 as id, p.url_path as urlpath from {Pages.Sql} p where {(isId ? "p.id = @id" : "p.url_path = @path")} order by p.id limit 10",
            new { id, path = PagePath.Url(page) }, cancellation);
        return found.Count switch
        {
            1 => found[0].Id,
            0 => throw Unknown(page),
            _ => throw new DataOpsException(
                ErrorIds.AmbiguousPage, FailureKind.InvalidArgument, $"The url path {page} is that of several pages: {string.Join(", ", found.Select(f => f.Id))}.",
                "Name the page by its id.", page),
        };
    }

    /// <summary>The failure for a page that is not there.</summary>
    public DataOpsException Unknown(string page) => new(
        ErrorIds.UnknownPage, FailureKind.NotFound, $"{session.Database} has no page {page}.",
        page.IndexOfAny(['*', '?', '[']) < 0
            ? "Get-Page lists the pages with their ids and url paths."
            : "Wildcards are Get-Page's: pipe what it finds into the command.", page);
}
