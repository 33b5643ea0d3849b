using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Repairs;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Repairs all that a policy decides, in one transaction, and lists what stays undecided.</summary>
[CmdletOf<RepairDatabase>]
[OutputType(typeof(RepairDatabaseResult), typeof(DatabaseRepairStep), typeof(RowChange))]
public sealed partial class RepairDatabaseCommand : ChangeCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Change(session, "Repair", new RepairDatabase(), Options());
}
