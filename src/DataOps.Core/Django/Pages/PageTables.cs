using System.Globalization;

namespace DataOps.Core.Django.Pages;

/// <summary>A page type.</summary>
/// <param name="Label">Its model.</param>
/// <param name="ContentType">django_content_type.id.</param>
/// <param name="Chain">Its tables, from wagtailcore_page to its own.</param>
internal sealed record PageType(ModelLabel Label, int ContentType, IReadOnlyList<Table> Chain);

/// <summary>Wagtail's pages in a database: their tables, their types, and the pages that a user names.</summary>
internal sealed class PageTables
{
    private const int MostNamed = 10;

    private PageTables(ReferenceCatalog catalog, Model page)
    {
        (Catalog, Pages, ContentType, Key) = (catalog, page.Table, page.ContentType, page.Table.SingleKey!.Sql);
        Specific = [.. catalog.WithHeirs(Pages).Skip(1)];
        Revisions = Find(WagtailTables.Revision) ?? Find(WagtailTables.PageRevision);
    }

    /// <summary>The models and references.</summary>
    public ReferenceCatalog Catalog { get; }

    /// <summary>wagtailcore_page.</summary>
    public Table Pages { get; }

    /// <summary>The content type of wagtailcore.page.</summary>
    public int ContentType { get; }

    /// <summary>The key's column of <see cref="Pages"/>, quoted.</summary>
    public SqlText Key { get; }

    /// <summary>The tables of the page types, parents before their children.</summary>
    public IReadOnlyList<Table> Specific { get; }

    /// <summary>wagtailcore_revision, or wagtailcore_pagerevision before Wagtail 4; null without.</summary>
    public Table? Revisions { get; }

    /// <summary>The page tables of a database; null without Wagtail.</summary>
    public static PageTables? Find(ReferenceCatalog catalog) =>
        catalog.TableOf(WagtailTables.Page) is { IsReadable: true, SingleKey: not null } pages
            && catalog.ModelOf(pages) is { } page
            ? new PageTables(catalog, page)
            : null;

    /// <summary>The page tables of a database.</summary>
    /// <exception cref="DataOpsException"><c>NoPages</c>: there are none.</exception>
    public static PageTables Require(Session session, ReferenceCatalog catalog) =>
        Find(catalog) ?? throw new DataOpsException(
        ErrorIds.NoPages, FailureKind.NotFound, $"{session.Database} has no model {WagtailTables.Page}.",
        "Connect to the database of a Wagtail site.", session.Database);

    /// <summary>The table of another model; null without.</summary>
    public Table? Find(ModelLabel model) => Catalog.TableOf(model);

    /// <summary>The condition that revision r is one of the page with an alias.</summary>
    public SqlText IsOwnRevision(Alias page) => Revisions!.Find("page_id") is not null
        ? (SqlText)$"r.page_id = {page}.{Key}"
        : (SqlText)$"r.object_id = {page}.{Key}::text and r.base_content_type_id = {ContentType}";

    /// <summary>
    /// The tables that hold a page of a type, from wagtailcore_page to the type's own; none for a table that is no page
    /// type's.
    /// </summary>
    public IReadOnlyList<Table> Chain(Table? specific)
    {
        List<Table> chain = [];
        for (Table? table = specific; table is not null; table = Catalog.ParentLink(table)?.Target)
            chain.Insert(0, table);
        return chain.Count > 0 && chain[0] == Pages ? chain : [];
    }

    /// <summary>The page type of a label.</summary>
    /// <exception cref="DataOpsException"><c>UnknownModel</c>, or <c>NotAPageType</c>.</exception>
    public PageType RequireType(string label)
    {
        if (ModelLabel.Parse(label) is not { } named
            || Catalog.Models.FirstOrDefault(m => m.Label == named) is not { } model)
            throw new DataOpsException(
                ErrorIds.UnknownModel, FailureKind.NotFound,
                $"There is no model {label} with a table in this database.", TypeAdvice(label), label);
        IReadOnlyList<Table> chain = Chain(model.Table);
        return chain.Count > 0 ? new PageType(model.Label, model.ContentType, chain) : throw new DataOpsException(
            ErrorIds.NotAPageType, FailureKind.InvalidArgument, $"{model.Label} is not a page type.",
            $"There are: {string.Join(", ", Types())}.", label);
    }

    /// <summary>The page type of a content type.</summary>
    /// <exception cref="DataOpsException"><c>UnknownModel</c>: its table is gone.</exception>
    public PageType RequireType(int contentType) =>
        RequireType(Catalog.ContentTypeOf(contentType)?.Label ?? $"with content type {contentType}");

    /// <summary>The id of the page that a user names by its id or its URL path.</summary>
    /// <exception cref="DataOpsException"><c>UnknownPage</c>, or <c>AmbiguousPage</c> when several pages have the URL
    /// path.</exception>
    public long RequirePage(Session session, string page, CancellationToken cancellation) =>
        RequirePages(session, [page], cancellation)[0];

    /// <summary>The ids of the pages that a user names by their ids or URL paths, in the same order.</summary>
    /// <exception cref="DataOpsException"><c>UnknownPage</c>, or <c>AmbiguousPage</c> when several pages have the URL
    /// path.</exception>
    public IReadOnlyList<long> RequirePages(
        Session session, IReadOnlyList<string> pages, CancellationToken cancellation)
    {
        if (pages.Count == 0)
            return [];
        // URL paths have no index: all of them are looked for at once.
        long[] ids = [.. pages.Select(IdOf).OfType<long>()];
        string[] paths = [.. pages.Where(p => IdOf(p) is null).Select(UrlPath)];
        ILookup<string, long> found = session.Query<(long Id, string? UrlPath)>($"""
            select p.id::int8, p.url_path from {Pages} p where p.url_path = any({paths})
            union all select p.id::int8, null from {Pages} p where p.id = any({ids}) order by 1
            """, cancellation).ToLookup(p => p.UrlPath ?? $"{p.Id}", p => p.Id);
        return [.. pages.Select(page => Only(
            session, page, [.. found[IdOf(page) is { } id ? $"{id}" : UrlPath(page)].Take(MostNamed)]))];
    }

    /// <summary>The failure for a page that is not there.</summary>
    public static DataOpsException UnknownPage(Session session, string page) => new(
        ErrorIds.UnknownPage, FailureKind.NotFound, $"{session.Database} has no page {page}.",
        page.IndexOfAny(['*', '?', '[']) < 0
            ? "Get-Page lists the pages with their ids and url paths."
            : "Only Get-Page takes wildcards: pipe its pages into the command.", page);

    /// <summary>A URL path as wagtailcore_page has it: with a slash at both ends.</summary>
    public static string UrlPath(string path) => path.Trim('/') is { Length: > 0 } inner ? $"/{inner}/" : "/";

    /// <summary>The largest keys that rows of tables, and the sequence of the pages, have taken.</summary>
    public IEnumerable<SqlText> TakenKeys(IEnumerable<Table> tables)
    {
        IEnumerable<SqlText> largest = tables.Select(t => (SqlText)$"(select max({t.SingleKey!}) from {t})");
        return Pages.SingleKey!.Sequence is { } sequence
            ? largest.Append((SqlText)$"(select last_value from {SqlText.Raw(sequence)})")
            : largest;
    }

    private static long? IdOf(string page) =>
        long.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null;

    private static long Only(Session session, string page, IReadOnlyList<long> found) => found.Count switch
    {
        1 => found[0],
        0 => throw UnknownPage(session, page),
        _ => throw new DataOpsException(
            ErrorIds.AmbiguousPage, FailureKind.InvalidArgument,
            $"Several pages have the URL path {page}: {string.Join(", ", found)}.",
            "Name the page by its id.", page),
    };

    private string TypeAdvice(string name)
    {
        ModelLabel[] same = [.. Types().Where(l => l.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        return same.Length > 0
            ? $"Name it with its app: {string.Join(", ", same.AsEnumerable())}."
            : "Get-Model lists the models. Migrate first if the type is new in the code.";
    }

    /// <summary>The models of pages, by label.</summary>
    public IEnumerable<ModelLabel> Types() => Catalog.Models.Where(m => Chain(m.Table).Count > 0).Select(m => m.Label);
}
