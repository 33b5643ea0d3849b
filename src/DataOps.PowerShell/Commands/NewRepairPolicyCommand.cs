using System.Management.Automation;
using DataOps.Core.Features.Repairs;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Writes a policy for Repair-Database with what is undecided on a site.</summary>
[CmdletOf<NewRepairPolicy>]
[OutputType(typeof(RepairPolicyFile))]
public sealed partial class NewRepairPolicyCommand : DatabaseCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new NewRepairPolicy(), Options());
}
