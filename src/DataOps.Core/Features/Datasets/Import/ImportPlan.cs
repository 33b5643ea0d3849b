namespace DataOps.Core.Features.Datasets.Import;

/// <summary>A load's plan as a person reads it.</summary>
internal static class ImportPlan
{
    /// <summary>
    /// A record for each model, and behind it, where asked for, one for each value that changes and each row that comes
    /// or goes.
    /// </summary>
    public static IEnumerable<IChangeResult> Of(
        Session session, ReferenceCatalog catalog, DatasetLoad load, ChangeSet changes, LoadOptions options,
        CancellationToken cancellation)
    {
        foreach (ModelCounts model in load.Run.Models)
        {
            Model loaded = model.Table.Model;
            long objects = model.Table.Buffer.Rows;
            yield return new ModelPlan(
                session.Server, session.Database, loaded.Label, loaded.Table.DisplayName, objects, model.Inserted,
                model.Updated,
                objects - model.Inserted - model.Updated, load.Deletion.Of(loaded.Table), model.Added, model.Removed);
        }
        foreach ((TablePlan rows, long deleted) in load.Deletion.Tables.Where(
            t => load.Run.Models.All(m => m.Table.Model.Table != t.Rows.Table)))
        {
            Table table = rows.Table;
            string label = catalog.LabelOf(table) ?? table.DisplayName;
            yield return new ModelPlan(
                session.Server, session.Database, label, table.DisplayName, 0, 0, 0, 0, deleted, 0, 0);
        }
        if (!options.Detailed)
            yield break;
        RowChanges changed = new(session, catalog, cancellation);
        foreach (ModelCounts model in load.Run.Models)
            foreach (RowChange change in Of(changed, model.Table, changes))
                yield return change;
        foreach (RowChange change in load.Deletion.Dependents.Describe(changed).Concat(
            load.Replacement.Describe(changed)))
            yield return change;
        foreach (TablePlan table in changes.Tables)
            foreach (RowChange change in changed.Deleted(table, catalog.LabelOf(table.Table)))
                yield return change;
    }

    private static IEnumerable<RowChange> Of(RowChanges rows, StagingTable table, ChangeSet changes)
    {
        TablePlan changed = changes.Of(table.Model.Table);
        string label = table.Model.Label;
        for (int shape = 0; shape < table.Shapes.Count; shape++)
        {
            SqlText planned = changed.Name;
            SqlText relation = $"""
                (select {ImportStatements.NewValues(table, shape)}
                 from {table.Name} s join {planned} t on {ImportStatements.SameKey(table)}
                 where s._shape = {shape} and t._action = 'U')
                """;
            foreach (RowChange change in rows.Updated(
                changed, label, relation, ImportStatements.Set(table, shape)))
                yield return change;
            SqlText from = $"""
                from {table.Name} s join {planned} c on {changed.Identity.Same("c", "s")} and c._action = 'I'
                where s._shape = {shape}
                """;
            foreach (RowChange change in rows.Inserted(
                changed, label, from, table.Keys.Concat(table.Shapes[shape]).Select(c => c.Column.Name)))
                yield return change;
        }
        foreach (StagingList list in table.Lists.Where(l => l.Buffer.Rows > 0))
        {
            SqlText columns = ImportStatements.AddedRows(list);
            foreach (RowChange change in rows.Added(
                changes.Of(list.List.Table), label, columns, [list.List.OwnerColumn.Name, list.List.TargetColumn.Name]))
                yield return change;
        }
    }
}
