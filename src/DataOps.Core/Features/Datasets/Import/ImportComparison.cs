namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What a load changes of one model.</summary>
/// <param name="Table">Its staged rows.</param>
/// <param name="Inserted">Rows that are not there.</param>
/// <param name="Updated">Rows that differ.</param>
/// <param name="Added">Entries of many-to-many lists that are not there.</param>
/// <param name="Removed">Entries of many-to-many lists that the file does not have.</param>
internal sealed record ModelCounts(StagingTable Table, long Inserted, long Updated, long Added, long Removed);

/// <summary>Plans, read-only, what makes the database what the staging tables say.</summary>
internal sealed class ImportComparison(
    Session session, KeyedRows rows, ChangeSet changes, LoadOptions options, OperationContext context)
{
    /// <summary>Plans it.</summary>
    /// <returns>What it changes, by model.</returns>
    public IReadOnlyList<ModelCounts> Plan()
    {
        List<ModelCounts> models = [];
        foreach (StagingTable table in rows.Tables)
        {
            context.Report("Comparing " + table.Model.Label, models.Sum(m => m.Table.Buffer.Rows),
                rows.Tables.Sum(t => t.Buffer.Rows));
            models.Add(Plan(table));
        }
        return models;
    }

    private ModelCounts Plan(StagingTable table)
    {
        TablePlan changed = changes.Of(table.Model.Table);
        long inserted = changed.PlanInsert(ImportStatements.NewKeys(table));
        long updated = 0;
        for (int shape = 0; shape < table.Shapes.Count && options.OnConflict != OnConflict.Skip; shape++)
            if (ImportStatements.Differing(table, shape) is { } differing)
                updated += changed.PlanUpdate(differing);
        (long added, long removed) = (0, 0);
        foreach (StagingList list in table.Lists.Where(l => l.Buffer.Rows > 0))
        {
            // What is there and stays as it is keeps its lists.
            SqlText key = table.Keys[0].Sql;
            SqlText IsThere(SqlText id) => $"exists (select 1 from {table.Model.Table} p where p.{key} = {id})";
            SqlText OnlyNew(SqlText isThere) =>
                options.OnConflict == OnConflict.Skip ? $" and not ({isThere})" : SqlText.Empty;
            // An entry that goes both ways is one of a new row if either end is new.
            SqlText isOld = list.List.IsSymmetrical
                ? $"{IsThere($"s.owner")} and {IsThere($"s.target")}"
                : IsThere($"s.owner");
            // Of a file that has the rows of the list's table, too, each entry has its row already.
            StagingTable? own = rows.StagedOf(list.List.Table);
            SqlText kept = own is null ? SqlText.Empty : KeyedRows.NotIn(own);
            SqlText told = own is null ? SqlText.Empty : $"""
                 and not exists (select 1 from {own.Name} r
                  where r.{list.List.OwnerColumn} = s.owner and r.{list.List.TargetColumn} = s.target)
                """;
            removed += changes.Of(list.List.Table).PlanDelete(
                $"{ImportStatements.Removed(list, OnlyNew(IsThere($"o.owner")))}{kept}");
            TemporaryTable.Create(session, list.Added,
                ImportStatements.Added(list, $"{OnlyNew(isOld)}{told}"), context.Cancellation);
            long toInsert = session.Query<long>($"select count(*) from {list.Added}", context.Cancellation)[0];
            changes.Of(list.List.Table).Expect(toInsert);
            added += toInsert;
        }
        return new ModelCounts(table, inserted, updated, added, removed);
    }
}
