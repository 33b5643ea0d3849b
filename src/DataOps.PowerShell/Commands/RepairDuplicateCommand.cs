using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Merges doubled rows; those of a pipeline in one transaction.</summary>
[CmdletOf<RepairDuplicate>]
[OutputType(typeof(RepairDuplicateResult), typeof(DuplicatePlan), typeof(TableChangeSummary), typeof(RowChange))]
public sealed partial class RepairDuplicateCommand : ChangeCommand
{
    private readonly List<DuplicateInput> _groups = [];

    /// <inheritdoc/>
    protected override bool IsOneChange => true;

    /// <inheritdoc/>
    protected override IEnumerable<string> NamesTaken() => [nameof(DuplicateInput.Column)];

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        if (InputObject is not null)
            _groups.Add(DuplicateInput.Read(TextOf));
    }

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        if (IsEmptyPipeline(_groups))
            return;
        bool isPiped = MyInvocation.ExpectingInput;
        string what = isPiped ? Counted.Of(_groups.Count, "group") : "doubled rows";
        Change(session, $"Merge {what} (keep {Keep}) in", new RepairDuplicate(),
            Options() with { InputObject = isPiped ? _groups : null });
    }
}
