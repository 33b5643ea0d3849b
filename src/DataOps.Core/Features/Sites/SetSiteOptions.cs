using DataOps.Core.Changes;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Sites;

/// <summary>What <see cref="SetSite"/> changes.</summary>
public sealed record SetSiteOptions : ChangeOptions
{
    /// <summary>The site, by host name, host name and port, or id; the default site when absent, or the only one.</summary>
    public string? Site { get; init; }

    /// <summary>Its new host name.</summary>
    public string? HostName { get; init; }

    /// <summary>Its new port.</summary>
    public int? Port { get; init; }

    /// <summary>The page that it begins with, by id or url path.</summary>
    public string? RootPage { get; init; }

    /// <summary>Make it the site that answers where no other does; the one that did no longer does.</summary>
    public bool AsDefault { get; init; }

    /// <summary>Its new name.</summary>
    public string? SiteName { get; init; }

    /// <summary>The new domain in django_site; follows the host name when absent.</summary>
    public string? Domain { get; init; }
}

/// <summary>What setting a site did, or would do.</summary>
public sealed record SetSiteResult : ChangeResult
{
    /// <summary>The site as it was, as host:port.</summary>
    public string OldSite { get; init; } = "";

    /// <summary>The site as it is, as host:port.</summary>
    public string Site { get; init; } = "";

    /// <summary>The id of its root page; null without Wagtail.</summary>
    public long? RootPage { get; init; }

    /// <summary>Whether it answers where no other site does.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Its name.</summary>
    public string? SiteName { get; init; }

    /// <summary>Its domain in django_site; null when there is no row for it.</summary>
    public string? Domain { get; init; }
}
