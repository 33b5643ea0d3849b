namespace DataOps.Core.Features.Sites;

/// <summary>A row of wagtailcore_site.</summary>
internal sealed record SiteRow(long Id, string HostName, int Port, bool IsDefault, long RootPage, string SiteName)
{
    /// <summary>The site as host:port.</summary>
    public string Address => $"{HostName}:{Port}";
}

/// <summary>A row of django_site.</summary>
internal sealed record DomainRow(long Id, string Domain, string Name);

/// <summary>The sites of a database, as both tables have them.</summary>
/// <param name="Sites">Wagtail's, by id.</param>
/// <param name="Domains">Those of django.contrib.sites, by id.</param>
internal sealed record SiteRows(IReadOnlyList<SiteRow> Sites, IReadOnlyList<DomainRow> Domains)
{
    /// <summary>Reads them; a table that is not there has none.</summary>
    public static SiteRows Read(Session session, ReferenceCatalog catalog, CancellationToken cancellation)
    {
        IReadOnlyList<SiteRow> sites = catalog.TableOf(WagtailTables.Site) is { } table
            ? session.Query<SiteRow>(
                $"""
                select id::int8 as id, hostname, port, is_default_site as isdefault, root_page_id::int8 as rootpage,
                    site_name as sitename
                from {table} order by id
                """, cancellation)
            : [];
        IReadOnlyList<DomainRow> domains = catalog.TableOf(DjangoTables.Site) is { } other
            ? session.Query<DomainRow>($"select id::int8 as id, domain, name from {other} order by id", cancellation)
            : [];
        return new(sites, domains);
    }

    /// <summary>The row of django_site that is of a site of Wagtail; null where there is none.</summary>
    public DomainRow? DomainOf(SiteRow site) => Domains.FirstOrDefault(d => d.Domain == site.Address)
        ?? Domains.FirstOrDefault(d => d.Domain == site.HostName);

    /// <summary>Host and port of a domain; null for a port where it names none.</summary>
    public static (string HostName, int? Port) Parts(string domain) =>
        domain.Split(':') is [var host, var text] && int.TryParse(text, out int port) ? (host, port) : (domain, null);
}
