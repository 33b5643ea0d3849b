using DataOps.Core.Changes;
using DataOps.Core.Changes.Batches;
using DataOps.Core.Django.References;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Orphans;

/// <summary>A repair in many short transactions: the orphans are found once, and each batch of them is looked at and planned anew.</summary>
internal sealed class RepairBatches(Session session, ReferenceCatalog catalog, RepairOrphanOptions options, BatchedChange batches, OperationContext context)
{
    private readonly Dictionary<string, TableChangeSummary> _tables = [];
    private (int Batch, IReadOnlyList<TableChangeSummary> Tables)? _applied;

    /// <summary>Rows that changed, by table.</summary>
    public IReadOnlyList<TableChangeSummary> Tables => [.. _tables.Values];

    /// <summary>Repairs all of them, or as many as can be before something stops it.</summary>
    public void Run(IReadOnlyList<RepairStep> steps)
    {
        foreach (RepairStep step in steps)
        {
            RepairRun? run = null;
            bool goesOn = batches.Run(
                $"Repairing {step.Reference.Table}",
                $"select * from {step.Orphans.Name}",
                (changes, rows) =>
                {
                    Settle();
                    run = new RepairRun(session, catalog, options, changes, [StillOrphans(step, changes, rows)], context);
                    run.Plan();
                },
                _ =>
                {
                    run!.Apply();
                    _applied = (batches.Batches + 1, run.Tables);
                });
            Settle();
            if (!goesOn)
                return;
        }
    }

    // Of the rows that were found, those that are orphans still.
    private RepairStep StillOrphans(RepairStep step, ChangeSet changes, string rows)
    {
        SelectedRows orphans = new(session, "dataops_batch", changes.Of(step.Reference.Table), context.Cancellation);
        foreach (MissingTarget target in step.Missing)
            orphans.Add(
                step.Reference.Value("t"), $"from {step.Reference.Table.Sql} t join {rows} o on {orphans.Is("o", "t")} where {target.IsDangling("t")}");
        return step with { Orphans = orphans };
    }

    // What was applied counts when it is committed.
    private void Settle()
    {
        foreach (TableChangeSummary table in _applied is { } applied && applied.Batch == batches.Batches ? applied.Tables : [])
            _tables[table.Table] = _tables.TryGetValue(table.Table, out TableChangeSummary? known)
                ? known with { Delete = known.Delete + table.Delete, Update = known.Update + table.Update, Insert = known.Insert + table.Insert }
                : table;
        _applied = null;
    }
}
