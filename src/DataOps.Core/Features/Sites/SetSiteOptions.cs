using DataOps.Core.Changes;
using DataOps.Core.Operations;

namespace DataOps.Core.Features.Sites;

/// <summary>What <see cref="SetSite"/> changes.</summary>
public sealed partial record SetSiteOptions : ChangeOptions
{
    /// <summary>Site to change: host name, host:port or id. Default: the default site, or the only one.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.SiteName)]
    public string? Site { get; init; }

    /// <summary>New host name.</summary>
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

/// <summary>What setting a site did, or would do.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Operation">Set-Site.</param>
/// <param name="Changed">Whether anything was written.</param>
/// <param name="Count">Rows written; 0 with WhatIf.</param>
/// <param name="WouldChange">Rows to be written.</param>
/// <param name="OldSite">The site as it was, as host:port.</param>
/// <param name="Site">The site as it is, as host:port.</param>
/// <param name="RootPage">The id of its root page; null without Wagtail.</param>
/// <param name="IsDefault">Whether it answers where no other site does.</param>
/// <param name="SiteName">Its name.</param>
/// <param name="Domain">Its domain in django_site; null when there is no row for it.</param>
/// <param name="Stale">What the application still remembers; null when nothing is.</param>
/// <param name="Afterwards">The commands that are due, joined by semicolons.</param>
/// <param name="UndoPath">The undo file; null when there is none.</param>
/// <param name="Duration">Seconds.</param>
public sealed record SetSiteResult(
    string Server,
    string Database,
    string Operation,
    bool Changed,
    long Count,
    long WouldChange,
    string OldSite,
    string Site,
    long? RootPage,
    bool IsDefault,
    string? SiteName,
    string? Domain,
    string? Stale,
    string? Afterwards,
    string? UndoPath,
    double Duration) : IChangeResult;
