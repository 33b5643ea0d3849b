using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Trees;
using Npgsql;

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

    /// <summary>Write the lines of a tree, indented by level, with what Test-Tree finds at each page.</summary>
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
        using NpgsqlTransaction? snapshot = options.Tree ? session.BeginSnapshot() : null;
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context);
        PageTables tables = PageTables.Require(session, catalog);
        PageQuery query = new(session, tables, options, context);
        int top = query.Top;
        ILookup<long, Finding>? problems = options.Tree ? Problems(session, tables, context) : null;
        foreach (PageInfo page in query.Read())
            yield return problems is null ? page : Line(page, top, problems[page.Id]);
        query.ReportUnmatched();
    }

    // What is wrong with a page, by its id, be it in the row of pages or in that of its type.
    private static ILookup<long, Finding> Problems(Session session, PageTables tables, OperationContext context)
    {
        HashSet<string?> halves = [.. tables.Specific.Prepend(tables.Pages).Select(t => t.DisplayName)];
        TestTreeOptions ofPages = new() { Table = [tables.Pages.DisplayName] };
        List<(long Id, Finding Finding)> problems = [];
        foreach (Finding finding in TestTree.Find(session, tables.Catalog, ofPages, withExpected: false, context))
            if (halves.Contains(finding.Table) && long.TryParse(finding.Key, out long id))
                problems.Add((id, finding));
            else if (finding.Class is AuditProblem.CheckFailed)
                context.Warning?.Invoke($"{finding.Table} {finding.Problem}");
        return problems.ToLookup(p => p.Id, p => p.Finding);
    }

    // A path says the level even where the depth is wrong.
    private static PageLine Line(PageInfo page, int top, IEnumerable<Finding> problems) => new(
        page.Server, page.Database,
        new string(' ', 2 * Math.Max(0, PathScheme.Wagtail.Depth(page.Path) - top - 1)) + page.Title, page.Id,
        page.Type, page.Status, page.UrlPath)
    {
        Problem = string.Join("; ", problems.Select(p => p.Problem)) is { Length: > 0 } text ? text : null,
    };
}
