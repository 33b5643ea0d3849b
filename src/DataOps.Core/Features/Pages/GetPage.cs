using DataOps.Core.Django.Pages;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Pages;

/// <summary>Which pages <see cref="GetPage"/> lists. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed record GetPageOptions
{
    /// <summary>Pages, by id; all when empty.</summary>
    public IReadOnlyList<long> Id { get; init; } = [];

    /// <summary>Url paths, as /home/blog/; all when empty.</summary>
    public IReadOnlyList<string> UrlPath { get; init; } = [];

    /// <summary>Only pages below this one, named by its id or its url path.</summary>
    public string? Parent { get; init; }

    /// <summary>The most levels below the parent: 1 for its children alone. Without a parent, 1 is the root page.</summary>
    public int? Depth { get; init; }

    /// <summary>Types, as app or app.model; all when empty.</summary>
    public IReadOnlyList<string> Type { get; init; } = [];

    /// <summary>Only pages of this site, named by its host name, host name and port, or id.</summary>
    public string? Site { get; init; }

    /// <summary>Lines of a tree, indented by level, instead of all that is known of a page.</summary>
    public bool Tree { get; init; }
}

/// <summary>Lists the pages of a Wagtail site in the order of its tree.</summary>
[Operation("Get", "Page")]
public sealed class GetPage : IOperation<GetPageOptions, IPage>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A page, a type or a site that was named is not there.</exception>
    public IEnumerable<IPage> Run(Session session, GetPageOptions options, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        PageTables tables = PageTables.Require(session, catalog);
        PageQuery query = new(session, tables, options, context);
        int top = query.Top;
        foreach (PageInfo page in query.Read())
            yield return options.Tree ? Line(page, top) : page;
        query.RequireAll();
    }

    /// <summary>The names of the sites, as host:port.</summary>
    /// <exception cref="DataOpsException">The database is none of a Wagtail site.</exception>
    public static IEnumerable<string> SiteNames(Session session) =>
        SiteAddress.Read(session, PageTables.Require(session, ReferenceCatalog.Read(session, withEmbedded: false)), default).Select(s => s.Name);

    private static PageLine Line(PageInfo page, int top) => new(
        page.Server, page.Database, new string(' ', 2 * Math.Max(0, page.Depth - top - 1)) + page.Title, page.Id, page.Type, page.Status, page.UrlPath);
}
