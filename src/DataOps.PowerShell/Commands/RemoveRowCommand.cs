using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Rows;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Deletes chosen rows with what depends on them; those of a pipeline in one transaction.</summary>
[CmdletOf<RemoveRow>]
[OutputType(typeof(RemoveRowResult), typeof(RowToRemove), typeof(TableChangeSummary), typeof(RowChange))]
public sealed partial class RemoveRowCommand : ChangeCommand
{
    private readonly List<RowInput> _rows = [];

    /// <inheritdoc/>
    protected override bool IsOneChange => true;

    /// <inheritdoc/>
    protected override IEnumerable<string> NamesTaken() => [nameof(RowInput.Key), nameof(RowInput.Id)];

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        if (InputObject is not null)
            _rows.Add(RowInput.Read(TextOf));
    }

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        if (IsEmptyPipeline(_rows))
            return;
        bool isPiped = MyInvocation.ExpectingInput;
        string what = isPiped
            ? $"{(_rows.Count == 1 ? "1 row" : $"{_rows.Count} rows")}"
            : $"rows of {string.Join(", ", Model ?? [])}";
        Change(session, $"Remove {what} from", new RemoveRow(),
            Options() with { InputObject = isPiped ? _rows : null });
    }
}
