namespace DataOps.Core.Features.Sites;

/// <summary>Options of <see cref="SetSite"/>.</summary>
public sealed partial record SetSiteOptions : ChangeOptions
{
    /// <summary>Site to change: host name, host:port or id. Default: the default site, or the only one.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.SiteName)]
    public string? Site { get; init; }

    /// <summary>New host name. Written as Django compares it: lower case, no final dot, Punycode.</summary>
    public string? HostName { get; init; }

    /// <summary>New port.</summary>
    [Range(0, 65535)]
    public int? Port { get; init; }

    /// <summary>New root page (id or URL path).</summary>
    [Option(Completes = OptionNames.UrlPath)]
    public string? RootPage { get; init; }

    /// <summary>Make it the default site; the previous one no longer is.</summary>
    public bool AsDefault { get; init; }

    /// <summary>New name of the site.</summary>
    [Option(MayBeEmpty = true)]
    public string? SiteName { get; init; }

    /// <summary>New domain in django_site. Default: follows the host name.</summary>
    public string? Domain { get; init; }
}

/// <summary>The result of setting a site.</summary>
public sealed record SetSiteResult : ChangeResult
{
    /// <summary>The site before, as host:port.</summary>
    public string OldSite { get; init; } = "";

    /// <summary>The site afterwards, as host:port.</summary>
    public string Site { get; init; } = "";

    /// <summary>The id of its root page; null without Wagtail.</summary>
    public long? RootPage { get; init; }

    /// <summary>Whether it is the default site.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Its name.</summary>
    public string? SiteName { get; init; }

    /// <summary>Its domain in django_site; null without a row there.</summary>
    public string? Domain { get; init; }
}
