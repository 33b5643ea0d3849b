using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Sites;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Changes where a site is reached and which page it begins with.</summary>
[CmdletOf<SetSite>]
[OutputType(typeof(SetSiteResult), typeof(RowChange))]
public sealed partial class SetSiteCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Change(session, $"Set {(Site is null ? "the site" : $"site {Site}")} in", new SetSite(), Options());
}
