using DataOps.Core.Changes.Batches;

namespace DataOps.Core.Features.Rows;

/// <summary>
/// A removal in many short transactions: the rows are found once, and those of a batch are looked at and planned anew.
/// </summary>
internal sealed class RowBatches(Session session, ReferenceCatalog catalog, RemoveRowOptions options,
    RowSelection selection, BatchedChange batches, OperationContext context)
{
    private int _committed;
    private long _planned;

    /// <summary>Chosen rows that were deleted.</summary>
    public long Deleted { get; private set; }

    /// <summary>Deletes all of them, or as many as can be before something stops it.</summary>
    public void Run(IReadOnlyList<ChosenRows> chosen)
    {
        foreach (ChosenRows rows in chosen)
            batches.Run(
                $"Deleting from {rows.Table}", $"select * from {rows.Rows.Name}",
                (change, some) => Plan(change, rows, some));
        Count(0);
    }

    private void Plan(ChangeRun change, ChosenRows rows, SqlText some)
    {
        Count(0);
        ChosenRows left = StillChosen(rows, change.Changes, some);
        new RowRemoval(session, catalog, options with { BatchSize = null }, change, [left], context).Plan();
        Count(left.Rows.Count);
    }

    // Of the rows that were found, those that are there and fulfil the filter still.
    private ChosenRows StillChosen(ChosenRows rows, ChangeSet changes, SqlText some)
    {
        selection.Bind();
        SelectedRows batch = new(session, "dataops_batch", changes.Of(rows.Table), context.Cancellation);
        batch.Add($"''",
            $"from {rows.Table} t join {some} o on {batch.Is("o", "t")} where {rows.Condition ?? $"true"}");
        return rows with { Rows = batch };
    }

    // What was planned counts when its transaction was committed.
    private void Count(long planned)
    {
        if (batches.Batches > _committed)
            Deleted += _planned;
        (_committed, _planned) = (batches.Batches, planned);
    }
}
