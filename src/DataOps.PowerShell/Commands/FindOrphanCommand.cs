using System.Management.Automation;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Finds orphans: rows whose reference has no target.</summary>
[CmdletOf<FindOrphan>]
[OutputType(typeof(Finding))]
public sealed partial class FindOrphanCommand : InputCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new FindOrphan(), Options());
}
