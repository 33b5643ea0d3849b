using System.Management.Automation;
using DataOps.Core.Features.Backups;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Writes a whole site into one archive.</summary>
[CmdletOf<BackupSite>]
[OutputType(typeof(BackupResult))]
public sealed partial class BackupSiteCommand : DatabaseCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new BackupSite(), Options());
}
