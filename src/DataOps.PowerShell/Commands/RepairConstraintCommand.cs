using System.Management.Automation;
using DataOps.Core.Features.Constraints;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Adds, validates and enables foreign keys.</summary>
[CmdletOf<RepairConstraint>]
[OutputType(typeof(ConstraintRepair), typeof(RepairConstraintResult))]
public sealed partial class RepairConstraintCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) =>
        Change(session, "Repair constraints of", new RepairConstraint(), Options());
}
