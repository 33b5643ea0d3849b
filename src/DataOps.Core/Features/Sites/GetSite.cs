namespace DataOps.Core.Features.Sites;

/// <summary>Which sites are listed.</summary>
public sealed partial record GetSiteOptions
{
    /// <summary>Sites by host name, host:port, domain or id. Default: all.</summary>
    [Option(Position = 0, Wildcards = true, Completes = OptionNames.SiteName)]
    public IReadOnlyList<string> Name { get; init; } = [];
}

/// <summary>A site.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Schema">The schema of the site, where -Schema asks for several; otherwise null.</param>
/// <param name="Site">The site as host:port, or as its domain; what -Site of other commands takes.</param>
/// <param name="Id">Its id in wagtailcore_site; null where that table does not have it.</param>
/// <param name="SiteName">Its name.</param>
/// <param name="IsDefault">Whether it is Wagtail's default site; null without Wagtail.</param>
/// <param name="RootPage">Its root page; null without Wagtail.</param>
/// <param name="RootPath">The root page's address in the tree; null where there is no such page.</param>
/// <param name="Title">The root page's title; null where there is no such page.</param>
/// <param name="DomainId">Its id in django_site; null where that table does not have it.</param>
/// <param name="Domain">Its domain in django_site.</param>
public sealed record SiteInfo(
    string Server, string Database, string? Schema, string Site, long? Id, string? SiteName, bool? IsDefault,
    long? RootPage, string? RootPath, string? Title, long? DomainId, string? Domain) : IOfSchema
{
    IOfSchema IOfSchema.InSchema(string schema) => this with { Schema = schema };
}

/// <summary>Lists the sites of Wagtail and of django.contrib.sites, with their root pages.</summary>
[Operation("Get", "Site")]
public sealed class GetSite : Operation<GetSiteOptions, SiteInfo>
{
    /// <inheritdoc/>
    protected override bool NeedsAllNames => false;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The tables cannot be read.</exception>
    protected override IEnumerable<SiteInfo> Execute(
        Session session, GetSiteOptions options, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context);
        SiteRows rows = SiteRows.Read(session, catalog, context.Cancellation);
        SiteInfo[] sites = [.. All(session, catalog, rows, context)];
        NameFilter names = new(options.Name);
        context.ReportUnmatched(names.Unmatched(sites.Select(Names)), unknown => new DataOpsException(
            ErrorIds.UnknownSite, FailureKind.NotFound, $"There is no site {string.Join(", ", unknown)}.",
            $"There are: {string.Join(", ", sites.Select(s => s.Site))}.", unknown[0]));
        return sites.Where(s => names.Matches(Names(s)));
    }

    private static IEnumerable<SiteInfo> All(
        Session session, ReferenceCatalog catalog, SiteRows rows, OperationContext context)
    {
        Dictionary<long, (string Path, string Title)> roots = Roots(session, catalog, rows, context);
        SiteInfo Empty(string site) => new(
            session.Server, session.Database, null, site, null, null, null, null, null, null, null, null);
        foreach (SiteRow site in rows.Sites)
        {
            DomainRow? domain = rows.DomainOf(site);
            (string Path, string Title)? root = roots.TryGetValue(site.RootPage, out var found) ? found : null;
            yield return Empty(site.Address) with
            {
                Id = site.Id, SiteName = site.SiteName, IsDefault = site.IsDefault, RootPage = site.RootPage,
                RootPath = root?.Path, Title = root?.Title, DomainId = domain?.Id, Domain = domain?.Domain,
            };
        }
        HashSet<long> told = [.. rows.Sites.Select(rows.DomainOf).OfType<DomainRow>().Select(d => d.Id)];
        foreach (DomainRow domain in rows.Domains.Where(d => !told.Contains(d.Id)))
            yield return Empty(domain.Domain) with
            {
                SiteName = domain.Name, DomainId = domain.Id, Domain = domain.Domain,
            };
    }

    private static Dictionary<long, (string Path, string Title)> Roots(
        Session session, ReferenceCatalog catalog, SiteRows rows, OperationContext context) =>
        rows.Sites.Count == 0 || catalog.TableOf(WagtailTables.Page) is not { } pages
            ? []
            : session.Read(
                $"""
                select id::int8, url_path, title from {pages}
                where id in ({rows.Sites.Select(s => SqlText.Literal(s.RootPage))})
                """,
                r => (Id: r.GetInt64(0), Path: r.GetString(1), Title: r.GetString(2)), context.Cancellation)
                .ToDictionary(r => r.Id, r => (r.Path, r.Title));

    private static string?[] Names(SiteInfo site) =>
        [site.Site, SiteRows.Parts(site.Site).HostName, site.Domain, $"{site.Id ?? site.DomainId}"];
}
