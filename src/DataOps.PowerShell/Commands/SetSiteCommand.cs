using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Sites;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Sets host name, port, root page and default of a site.</summary>
[CmdletOf<SetSite>]
[OutputType(typeof(SetSiteResult), typeof(RowChange))]
public sealed partial class SetSiteCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) =>
        Change(session, $"Set {(Site is null ? "the site" : $"site {Site}")} in", new SetSite(), Options());
}
