namespace DataOps.Core.Changes;

/// <summary>Plans what foreign keys do by themselves when planned rows are deleted.</summary>
/// <remarks>ON DELETE CASCADE, SET NULL and SET DEFAULT reach rows that nobody named.</remarks>
internal sealed class DeleteActions(DatabaseCatalog catalog)
{
    /// <summary>Adds those rows to the plan, and theirs, until there are no more.</summary>
    /// <returns>How many rows are new in the plan.</returns>
    public long Plan(ChangeSet changes)
    {
        long added = 0;
        for (long found = -1; found != 0; added += found)
        {
            found = 0;
            foreach (TablePlan target in changes.Tables.Where(t => t.Deletes).ToArray())
                foreach ((Table table, ForeignKey key) in Acting(target.Table))
                    found += Plan(changes.Of(table), key, target);
        }
        return added;
    }

    private static long Plan(TablePlan table, ForeignKey key, TablePlan target)
    {
        SqlText from = $"from {table.Table} t join {target.Name} d on d._action = 'D' and {key.IsTarget("t", "d")}";
        return key.OnDelete == "CASCADE" ? table.PlanDelete(from) : table.PlanUpdate(from);
    }

    private IEnumerable<(Table Table, ForeignKey Key)> Acting(Table target) =>
        from table in catalog.All
        from key in table.ForeignKeys
        where key.Target == target.Oid && key.IsEnforced && table.IsReadable
            && (key.OnDelete is "CASCADE" or "SET NULL" or "SET DEFAULT")
        select (table, key);
}
