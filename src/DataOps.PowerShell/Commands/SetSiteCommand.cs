using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Sites;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Changes where a site is reached and which page it begins with.</summary>
[Cmdlet(VerbsCommon.Set, "Site", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true)]
[OutputType(typeof(SetSiteResult), typeof(RowChange))]
public sealed class SetSiteCommand : UndoableCommand
{
    /// <summary>The site, by host name, host name and port, or id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SiteNameCompleter))]
    public string? Site { get; set; }

    /// <summary>Its new host name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HostName { get; set; }

    /// <summary>Its new port.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int? Port { get; set; }

    /// <summary>The page that it begins with, by id or url path.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UrlPathCompleter))]
    public string? RootPage { get; set; }

    /// <summary>Make it the site that answers where no other does.</summary>
    [Parameter]
    public SwitchParameter AsDefault { get; set; }

    /// <summary>Its new name.</summary>
    [Parameter]
    public string? SiteName { get; set; }

    /// <summary>The new domain in django_site.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Domain { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        string site = Site is null ? "the site" : $"site {Site}";
        Change(session, $"Set {site} in", new SetSite(), whatIf => new SetSiteOptions
        {
            Site = Site,
            HostName = HostName,
            Port = Port,
            RootPage = RootPage,
            AsDefault = AsDefault,
            SiteName = SiteName,
            Domain = Domain,
            Detailed = Detailed,
            UndoPath = UndoFile,
            NoUndo = NoUndo,
            WhatIf = whatIf,
        });
    }
}
