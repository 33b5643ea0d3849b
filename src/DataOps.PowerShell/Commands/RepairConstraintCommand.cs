using System.Management.Automation;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Adds, validates and enables constraints, and builds indexes anew that are not valid.</summary>
[CmdletOf<RepairConstraint>]
[OutputType(typeof(ConstraintRepair), typeof(ConstraintViolation), typeof(RepairConstraintResult), typeof(string))]
public sealed partial class RepairConstraintCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        if (AsSql)
            Emit(
                context => new RepairConstraint().Run(session, Options(), context),
                line => WriteObject(((IScriptLine)line).Text));
        else
            Change(session, "Repair constraints of", new RepairConstraint(), Options());
    }
}
