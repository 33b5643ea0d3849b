using System.Management.Automation;
using DataOps.Core.Features.SiteDescriptions;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Writes what a site's migration files say and its database does not.</summary>
[CmdletOf<ExportSiteDescription>]
[OutputType(typeof(SiteDescriptionNote))]
public sealed partial class ExportSiteDescriptionCommand : DatabaseCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new ExportSiteDescription(), Options());

    /// <inheritdoc/>
    protected override void ProcessOffline() =>
        Emit(context => new ExportSiteDescription().RunOffline(Options(), context), note => WriteObject(note));
}
