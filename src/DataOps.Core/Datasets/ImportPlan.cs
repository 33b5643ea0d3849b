using DataOps.Core.Changes;
using DataOps.Core.Connections;

namespace DataOps.Core.Datasets;

/// <summary>A load's plan as a person reads it.</summary>
internal static class ImportPlan
{
    /// <summary>A record for each model.</summary>
    public static IEnumerable<IImportOutput> Of(Session session, ResolvedRows rows, ImportRun run, ChangeSet changes, ImportDatasetOptions options, OperationContext context)
    {
        foreach (ModelCounts model in run.Models)
            yield return new ModelPlan(
                session.Server, session.Database, model.Table.Model.Label, model.Table.Model.Table.DisplayName, model.Table.Buffer.Rows, model.Inserted, model.Updated,
                model.Table.Buffer.Rows - model.Inserted - model.Updated, model.Added, model.Removed);
    }
}
