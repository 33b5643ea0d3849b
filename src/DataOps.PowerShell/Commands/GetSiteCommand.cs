using System.Management.Automation;
using DataOps.Core.Features.Sites;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists the sites of a database.</summary>
[CmdletOf<GetSite>]
[OutputType(typeof(SiteInfo))]
public sealed partial class GetSiteCommand : ReadCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new GetSite(), Options());
}
