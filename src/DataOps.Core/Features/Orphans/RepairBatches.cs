using DataOps.Core.Changes.Batches;

namespace DataOps.Core.Features.Orphans;

/// <summary>
/// A repair in many short transactions: the orphans are found once, and each batch of them is looked at and planned
/// anew.
/// </summary>
internal sealed class RepairBatches(Session session, ReferenceCatalog catalog, RepairOrphanOptions options,
    BatchedChange batches, OperationContext context)
{
    /// <summary>Repairs all of them, or as many as can be before something stops it.</summary>
    public void Run(IReadOnlyList<RepairStep> steps)
    {
        foreach (RepairStep step in steps)
            batches.Run(
                $"Repairing {step.Reference.Table}",
                $"select * from {step.Orphans.Name}",
                (change, rows) => new RepairRun(
                    session, catalog, options, change, [StillOrphans(step, change.Changes, rows)], context).Plan());
    }

    // Of the rows that were found, those that are orphans still.
    private RepairStep StillOrphans(RepairStep step, ChangeSet changes, SqlText rows)
    {
        SelectedRows orphans = new(session, "dataops_batch", changes.Of(step.Reference.Table), context.Cancellation);
        foreach (MissingTarget target in step.Missing)
            orphans.Add(
                step.Reference.Value("t"),
                $"""
                from {step.Reference.Table} t join {rows} o on {orphans.Is("o", "t")} where {target.IsDangling("t")}
                """);
        return step with { Orphans = orphans };
    }
}
