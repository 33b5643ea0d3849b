using DataOps.Core.Django.Pages;

namespace DataOps.Core.Features.Pages;

/// <summary>Options of <see cref="GetPage"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record GetPageOptions
{
    /// <summary>Pages, by id. Default: all.</summary>
    [Option(Pipeline = true)]
    public IReadOnlyList<long> Id { get; init; } = [];

    /// <summary>Pages, by URL path, as /home/blog/. Default: all.</summary>
    [Option(Position = 0, Wildcards = true, Completes = OptionNames.UrlPath)]
    public IReadOnlyList<string> UrlPath { get; init; } = [];

    /// <summary>Only pages below this page (id or URL path).</summary>
    [Option(Completes = OptionNames.UrlPath)]
    public string? Parent { get; init; }

    /// <summary>Most levels below -Parent: 1 lists its children. Without -Parent, level 1 is the root page.</summary>
    [Range(1, 63)]
    public int? Depth { get; init; }

    /// <summary>Types, as app or app.model. Default: all.</summary>
    [Option(Wildcards = true, Completes = OptionNames.PageType)]
    public IReadOnlyList<string> Type { get; init; } = [];

    /// <summary>Only pages of this site: host name, host:port or id.</summary>
    [Option(Wildcards = true, Completes = OptionNames.SiteName)]
    public string? Site { get; init; }

    /// <summary>Write the lines of a tree, indented by level.</summary>
    public bool Tree { get; init; }
}

/// <summary>Lists the pages of a Wagtail site in the order of its tree.</summary>
[Operation("Get", "Page")]
public sealed class GetPage : Operation<GetPageOptions, IPage>
{
    /// <inheritdoc/>
    protected override bool NeedsAllNames => false;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The database is none of a Wagtail site, or the parent is not
    /// found.</exception>
    protected override IEnumerable<IPage> Execute(Session session, GetPageOptions options, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context);
        PageTables tables = PageTables.Require(session, catalog);
        PageQuery query = new(session, tables, options, context);
        int top = query.Top;
        foreach (PageInfo page in query.Read())
            yield return options.Tree ? Line(page, top) : page;
        query.ReportUnmatched();
    }

    /// <summary>The names of the sites, as host:port.</summary>
    /// <exception cref="DataOpsException">The database is none of a Wagtail site.</exception>
    public static IEnumerable<string> SiteNames(Session session) =>
        SiteAddress.Read(
            session, PageTables.Require(session, ReferenceCatalog.Read(session, withEmbedded: false, reading: new())),
            default).Select(s => s.Name);

    private static PageLine Line(PageInfo page, int top) => new(
        page.Server, page.Database, new string(' ', 2 * Math.Max(0, page.Depth - top - 1)) + page.Title, page.Id,
        page.Type, page.Status, page.UrlPath);
}
