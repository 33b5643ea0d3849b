namespace DataOps.Core.Django.Pages;

/// <summary>A site of wagtailcore_site, and where its pages begin.</summary>
/// <param name="Id">Its id.</param>
/// <param name="HostName">Its host name.</param>
/// <param name="Port">Its port.</param>
/// <param name="IsDefault">Whether it is the default site.</param>
/// <param name="RootPage">The id of its root page.</param>
/// <param name="Path">The root page's path in the tree; null when there is no such page.</param>
/// <param name="UrlPath">The root page's url path.</param>
internal sealed record SiteAddress(
    long Id, string HostName, int Port, bool IsDefault, long RootPage, string? Path, string? UrlPath)
{
    /// <summary>The start of its pages' URLs, as Wagtail's root_url.</summary>
    public string RootUrl =>
        Port switch { 80 => $"http://{HostName}", 443 => $"https://{HostName}", _ => $"http://{HostName}:{Port}" };

    /// <summary>The site as host:port.</summary>
    public string Name => $"{HostName}:{Port}";

    /// <summary>All sites, those of the deepest root pages first, as Wagtail looks for a page's site.</summary>
    public static IReadOnlyList<SiteAddress> Read(Session session, PageTables tables, CancellationToken cancellation) =>
        tables.Find(WagtailTables.Site) is not { } sites ? [] : session.Query<SiteAddress>(
            $"""
            select s.id::int8 as id, s.hostname, s.port, s.is_default_site as isdefault, s.root_page_id::int8 as
                rootpage, p.path, p.url_path as urlpath
            from {sites} s left join {tables.Pages} p on p.id = s.root_page_id
            order by length(p.path) desc nulls last, s.is_default_site desc, s.hostname, s.port
            """, cancellation);

    /// <summary>Whether a filter matches its host name, host name and port, or id.</summary>
    public bool IsNamed(NameFilter filter) =>
        filter.Matches(HostName, Name, Id.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Whether a page is its root page, or below it.</summary>
    public bool Holds(string path) => Path is not null && path.StartsWith(Path, StringComparison.Ordinal);

    /// <summary>A page's URL, where Wagtail serves its pages from /; null for a page of another site.</summary>
    /// <param name="urlPath">The page's url path.</param>
    public string? UrlOf(string urlPath)
    {
        if (UrlPath is null || !urlPath.StartsWith(UrlPath, StringComparison.Ordinal))
            return null;
        return $"{RootUrl}/{string.Join('/', urlPath[UrlPath.Length..].Split('/').Select(Uri.EscapeDataString))}";
    }
}
