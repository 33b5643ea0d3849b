using System.Management.Automation;
using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Sites.Environments;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Restores a site from an archive.</summary>
[CmdletOf<RestoreSite>]
[OutputType(typeof(RestoreViolation), typeof(EnvironmentStep), typeof(RestoreResult))]
public sealed partial class RestoreSiteCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) =>
        Change(session, $"Restore {Path} into", new RestoreSite(), Options());
}
