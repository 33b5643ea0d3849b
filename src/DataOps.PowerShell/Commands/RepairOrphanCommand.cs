using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Repairs orphans; those of a pipeline in one transaction.</summary>
[CmdletOf<RepairOrphan>]
[OutputType(typeof(RepairOrphanResult), typeof(OrphanPlan), typeof(TableChangeSummary), typeof(RowChange))]
public sealed partial class RepairOrphanCommand : ChangeCommand
{
    private readonly List<OrphanInput> _orphans = [];

    /// <inheritdoc/>
    protected override bool IsOneChange => true;

    /// <inheritdoc/>
    protected override IEnumerable<string> NamesTaken() => [nameof(Reference)];

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        if (InputObject is not null)
            _orphans.Add(OrphanInput.Read(TextOf));
    }

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        // A pipeline that delivered nothing asks for nothing, and not for everything.
        bool isPiped = MyInvocation.ExpectingInput;
        string what = !isPiped ? "orphans" : _orphans.Count == 1 ? "1 orphan" : $"{_orphans.Count} orphans";
        string how = Action is { } action ? $" ({action})" : "";
        Change(session, $"Repair {what}{how} in", new RepairOrphan(),
            Options() with { InputObject = isPiped ? _orphans : null });
    }
}
