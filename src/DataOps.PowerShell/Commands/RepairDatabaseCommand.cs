using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Audits;
using DataOps.Core.Features.Repairs;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Repairs all that a policy decides, in one transaction, and lists what stays undecided.</summary>
[CmdletOf<RepairDatabase>]
[OutputType(typeof(RepairDatabaseResult), typeof(DatabaseRepairStep), typeof(RowChange))]
public sealed partial class RepairDatabaseCommand : ChangeCommand
{
    private readonly List<FindingInput> _findings = [];

    /// <inheritdoc/>
    protected override bool IsOneChange => true;

    /// <inheritdoc/>
    protected override IEnumerable<string> NamesTaken() => [nameof(FindingInput.Audit)];

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        if (InputObject is not null)
            _findings.Add(FindingInput.Read(TextOf));
    }

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        // A pipeline that delivered nothing asks for nothing, and not for everything.
        bool isPiped = MyInvocation.ExpectingInput;
        string what = isPiped ? $"Repair {Counted.Of(_findings.Count, "finding")} in" : "Repair";
        Change(session, what, new RepairDatabase(), Options() with { InputObject = isPiped ? _findings : null });
    }
}
