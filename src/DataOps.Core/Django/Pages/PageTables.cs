using DataOps.Core.Django.References;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Django.Pages;

/// <summary>The tables of a Wagtail site's pages.</summary>
/// <param name="Pages">wagtailcore_page.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="Specific">The tables of the page types, parents before their children.</param>
/// <param name="Catalog">The reference catalogue.</param>
internal sealed record PageTables(Table Pages, int ContentType, IReadOnlyList<Table> Specific, ReferenceCatalog Catalog)
{
    /// <summary>Finds them; null without Wagtail.</summary>
    public static PageTables? Find(ReferenceCatalog catalog) =>
        catalog.Database.Find(catalog.Database.DjangoSchema, "wagtailcore_page") is { IsReadable: true, SingleKey: not null } pages
            && catalog.ModelOf(pages) is { } model
            ? new PageTables(pages, model.ContentType, [.. catalog.WithHeirs(pages).Skip(1)], catalog)
            : null;

    /// <summary>The page's key, quoted.</summary>
    public string Key => SqlText.Identifier(Pages.SingleKey!.Name);

    /// <summary>wagtailcore_revision, or wagtailcore_pagerevision before Wagtail 4; null without.</summary>
    public Table? Revisions => Own("wagtailcore_revision") ?? Own("wagtailcore_pagerevision");

    /// <summary>Another of Wagtail's tables; null without.</summary>
    public Table? Own(string name) => Catalog.Database.Find(Pages.Schema, name);

    /// <summary>The condition that revision r is a page's.</summary>
    public string IsOwnRevision(string page) => Revisions!.Find("page_id") is not null
        ? $"r.page_id = {page}.{Key}"
        : $"r.object_id = {page}.{Key}::text and r.base_content_type_id = {ContentType}";

    /// <summary>The tables that hold a page of a type besides the page's own: the type's and those that it inherits from.</summary>
    public IReadOnlyList<Table> Chain(Table specific)
    {
        List<Table> chain = [];
        for (Table? table = specific; table is not null && table != Pages; table = Catalog.ParentLink(table)?.Target)
            chain.Add(table);
        return chain;
    }
}
