using DataOps.Core.Changes;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What a load changes of one model.</summary>
/// <param name="Table">Its staged rows.</param>
/// <param name="Inserted">Rows that are not there.</param>
/// <param name="Updated">Rows that differ.</param>
/// <param name="Added">Entries of many-to-many lists that are not there.</param>
/// <param name="Removed">Entries of many-to-many lists that the file does not have.</param>
internal sealed record ModelCounts(StagingTable Table, long Inserted, long Updated, long Added, long Removed);

/// <summary>Plans, read-only, what makes the database what the staging tables say.</summary>
internal sealed class ImportComparison(Session session, KeyedRows rows, ChangeSet changes, LoadOptions options, OperationContext context)
{
    /// <summary>Plans it.</summary>
    /// <returns>What it changes, by model.</returns>
    public IReadOnlyList<ModelCounts> Plan()
    {
        List<ModelCounts> models = [];
        foreach (StagingTable table in rows.Tables)
        {
            context.Report("Comparing " + table.Model.Label, models.Sum(m => m.Table.Buffer.Rows), rows.Tables.Sum(t => t.Buffer.Rows));
            models.Add(Plan(table));
        }
        return models;
    }

    private ModelCounts Plan(StagingTable table)
    {
        TablePlan changed = changes.Of(table.Model.Table);
        long inserted = changed.PlanInsert(SqlText.Raw(ImportStatements.NewKeys(table)));
        long updated = 0;
        for (int shape = 0; shape < table.Shapes.Count && options.OnConflict != OnConflict.Skip; shape++)
            if (ImportStatements.Differing(table, shape, options.MissingField) is { } differing)
                updated += changed.PlanUpdate(SqlText.Raw(differing));
        (long added, long removed) = (0, 0);
        foreach (StagingList list in table.Lists.Where(l => l.Buffer.Rows > 0))
        {
            string key = table.Keys[0].Sql;
            // What is there and stays as it is keeps its lists.
            string isNew = $"not exists (select 1 from {table.Model.Table.Sql} p where p.{key} = {{0}}.owner)";
            bool onlyNew = options.OnConflict == OnConflict.Skip;
            removed += changes.Of(list.List.Table).PlanDelete(SqlText.Raw(ImportStatements.Removed(list, onlyNew ? string.Format(null, isNew, "o") : null)));
            string toAdd = ImportStatements.Added(list, onlyNew ? string.Format(null, isNew, "s") : null);
            TemporaryTable.Create(session, SqlText.Raw(list.Added), SqlText.Raw(toAdd), context.Cancellation);
            long toInsert = session.List<long>($"select count(*) from {list.Added}", null, context.Cancellation)[0];
            changes.Of(list.List.Table).Expect(toInsert);
            added += toInsert;
        }
        return new ModelCounts(table, inserted, updated, added, removed);
    }
}
