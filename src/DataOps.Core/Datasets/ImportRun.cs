using DataOps.Core.Catalog;
using DataOps.Core.Changes;
using DataOps.Core.Connections;

namespace DataOps.Core.Datasets;

/// <summary>What a load changes of one model.</summary>
/// <param name="Table">Its staged rows.</param>
/// <param name="Inserted">Rows that are not there.</param>
/// <param name="Updated">Rows that differ.</param>
/// <param name="Added">Entries of many-to-many lists that are not there.</param>
/// <param name="Removed">Entries of many-to-many lists that the file does not have.</param>
internal sealed record ModelCounts(StagingTable Table, long Inserted, long Updated, long Added, long Removed);

/// <summary>Plans, read-only, what makes the database what the staging tables say, and applies that plan.</summary>
internal sealed class ImportRun(
    Session session, ReferenceCatalog catalog, ResolvedRows rows, ChangeSet changes, ImportReplacement replacement, ImportDatasetOptions options, string path, OperationContext context)
{
    private readonly List<ModelCounts> _models = [];

    /// <summary>What it changes, by model.</summary>
    public IReadOnlyList<ModelCounts> Models => _models;

    /// <summary>Computes what would change.</summary>
    public void Plan(IReadOnlyList<Table> replaced)
    {
        replacement.Plan(replaced);
        foreach (StagingTable table in rows.Tables)
        {
            context.Report("Comparing " + table.Model.Label, _models.Sum(m => m.Table.Buffer.Rows), rows.Tables.Sum(t => t.Buffer.Rows));
            _models.Add(Plan(table));
        }
    }

    /// <summary>Writes what was planned.</summary>
    /// <exception cref="DataOpsException">Another writer was there meanwhile, or PostgreSQL refuses a row.</exception>
    public void Apply()
    {
        changes.Lock();
        replacement.Delete();
        long done = 0;
        long total = changes.Planned;
        foreach (StagingTable table in InReferenceOrder())
        {
            context.Report("Writing " + table.Model.Label, done, total);
            Write(table);
            done += changes.Of(table.Model.Table).Planned;
        }
        foreach (StagingList list in rows.Tables.SelectMany(t => t.Lists).Where(l => l.Buffer.Rows > 0))
            Write(list);
        replacement.Repoint();
        context.Report("Checking constraints", done, total);
        Execute("set constraints all immediate");
    }

    /// <summary>Moves the sequences of the keys that are behind; last of all, as a rollback does not take it back.</summary>
    public bool AdvanceSequences()
    {
        bool moved = false;
        foreach (Table table in rows.Tables.Select(t => t.Model.Table))
        {
            if (table.SingleKey is not { Sequence: { } sequence } key)
                continue;
            foreach (long most in session.List<long>(ImportStatements.SequenceBehind(table, key), null, context.Cancellation))
            {
                Execute($"select setval({Sql.Literal(sequence)}::regclass, {most})");
                moved = true;
            }
        }
        return moved;
    }

    private ModelCounts Plan(StagingTable table)
    {
        ChangedTable changed = changes.Of(table.Model.Table);
        long inserted = changed.PlanInsert(ImportStatements.NewKeys(table));
        long updated = 0;
        for (int shape = 0; shape < table.Shapes.Count && options.OnConflict != OnConflict.Skip; shape++)
            if (ImportStatements.Differing(table, shape, options.MissingField) is { } differing)
                updated += changed.PlanUpdate(differing);
        (long added, long removed) = (0, 0);
        foreach (StagingList list in table.Lists.Where(l => l.Buffer.Rows > 0))
        {
            string key = table.Keys[0].Sql;
            // What is there and stays as it is keeps its lists.
            string isNew = $"not exists (select 1 from {table.Model.Table.Sql} p where p.{key} = {{0}}.owner)";
            bool onlyNew = options.OnConflict == OnConflict.Skip;
            removed += changes.Of(list.List.Table).PlanDelete(ImportStatements.Removed(list, onlyNew ? string.Format(null, isNew, "o") : null));
            Execute($"create temporary table {Added(list)["pg_temp.".Length..]} on commit drop as {ImportStatements.Added(list, onlyNew ? string.Format(null, isNew, "s") : null)}");
            added += session.List<long>($"select count(*) from {Added(list)}", null, context.Cancellation)[0];
        }
        return new ModelCounts(table, inserted, updated, added, removed);
    }

    // Updates first: they may free a unique value that a new row takes.
    private void Write(StagingTable table)
    {
        ChangedTable changed = changes.Of(table.Model.Table);
        Execute("savepoint dataops_import");
        try
        {
            Park(table);
            for (int shape = 0; shape < table.Shapes.Count; shape++)
                if (ImportStatements.Set(table, shape, options.MissingField).Any())
                    Execute(ImportStatements.Update(table, shape, options.MissingField, changed));
            for (int shape = 0; shape < table.Shapes.Count; shape++)
                Execute(ImportStatements.Insert(table, shape, options.MissingField, changed));
        }
        catch (DataOpsException e) when (e.Kind is FailureKind.AlreadyExists or FailureKind.InvalidData)
        {
            session.Execute("rollback to savepoint dataops_import");
            new ImportRefusal(session, path, context.Cancellation).Explain(table, e);
            throw;
        }
        Execute("release savepoint dataops_import");
    }

    private void Park(StagingTable table)
    {
        if (table.Shapes.Count == 0 || table.Model.Table.UniqueKeys.Count == 0)
            return;
        string[] common = [.. table.Shapes.Select(s => s.Select(c => c.Column.Name)).Aggregate((a, b) => a.Intersect(b))];
        ChangedTable changed = changes.Of(table.Model.Table);
        string relation = $"(select s.* from {table.Name} s join {changed.Name} c on c._action = 'U' and {changed.Identity.Same("c", "s")})";
        if (common.Length > 0)
            new UniqueParking(session, context.Cancellation).Park(table.Model.Table, relation, common, ImportStatements.SameKey(table));
    }

    private void Write(StagingList list)
    {
        ChangedTable changed = changes.Of(list.List.Table);
        Execute($"delete from {list.List.Table.Sql} t using {changed.Name} c where c._action = 'D' and {changed.Identity.Same("c", "t")}");
        Execute(ImportStatements.Add(list, Added(list)));
        changed.AddInserted(ImportStatements.AddedKeys(list, Added(list), changed));
    }

    /// <summary>The temporary table of the entries that a list gets: owner, target.</summary>
    public static string Added(StagingList list) => $"pg_temp.dataops_added_{list.List.Table.Oid}";

    private int Execute(string sql) => session.Execute(sql, context.Cancellation);

    // Referenced tables first, for constraints that cannot be deferred; in a circle any order is as good.
    private IEnumerable<StagingTable> InReferenceOrder() =>
        ModelOrder.Sort(catalog, [.. rows.Tables.Select(t => t.Model)]).Select(m => rows.StagedOf(m.Table)!);
}
