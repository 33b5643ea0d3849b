using DataOps.Core.Changes;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Catalog;
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

/// <summary>Plans, read-only, what makes the database what the staging tables say, and applies that plan.</summary>
internal sealed class ImportRun(
    Session session,
    ReferenceCatalog catalog,
    ImportViews rows,
    ChangeSet changes,
    ImportDeletion deletion,
    ConflictReplacement replacement,
    LoadOptions options,
    string path,
    OperationContext context)
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
        context.Report("Locking", 0, changes.Planned);
        changes.Lock();
        deletion.Clear();
        changes.Delete();
        long done = 0;
        long total = changes.Planned;
        StagingTable[] ordered = InReferenceOrder();
        foreach (StagingTable table in ordered)
        {
            context.Report("Writing " + table.Model.Label, done, total);
            Guard(table, () => Write(table, WaitingColumns(table, ordered)));
            done += changes.Of(table.Model.Table).Planned;
        }
        foreach (StagingTable table in ordered)
            Guard(table, () => Complete(table, WaitingColumns(table, ordered)));
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
                Execute($"select setval({SqlText.Literal(sequence)}::regclass, {most})");
                moved = true;
            }
        }
        return moved;
    }

    private ModelCounts Plan(StagingTable table)
    {
        TablePlan changed = changes.Of(table.Model.Table);
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
            string toAdd = ImportStatements.Added(list, onlyNew ? string.Format(null, isNew, "s") : null);
            TemporaryTable.Create(session, Added(list), toAdd, context.Cancellation);
            added += session.List<long>($"select count(*) from {Added(list)}", null, context.Cancellation)[0];
        }
        return new ModelCounts(table, inserted, updated, added, removed);
    }

    // Updates first: they may free a unique value that a new row takes.
    private void Write(StagingTable table, StagingColumn[] waiting)
    {
        TablePlan changed = changes.Of(table.Model.Table);
        Park(table);
        for (int shape = 0; shape < table.Shapes.Count; shape++)
            if (ImportStatements.Update(table, shape, options.MissingField, changed, waiting) is { } update)
                Execute(update);
        for (int shape = 0; shape < table.Shapes.Count; shape++)
            Execute(ImportStatements.Insert(table, shape, options.MissingField, changed, waiting));
    }

    private void Complete(StagingTable table, StagingColumn[] waiting)
    {
        for (int shape = 0; shape < table.Shapes.Count; shape++)
            if (table.Shapes[shape].Intersect(waiting).ToArray() is { Length: > 0 } columns)
                Execute(ImportStatements.Complete(table, shape, changes.Of(table.Model.Table), columns));
    }

    // A constraint that cannot be deferred asks for its target at once: in a circle a column that may be NULL waits for it.
    private static StagingColumn[] WaitingColumns(StagingTable table, StagingTable[] ordered) => [.. table.Columns.Where(c =>
        c is { Column.NotNull: false, Reference: { Constraint: { IsEnforced: true, IsDeferrable: false }, Target: { } target } }
        && Array.FindIndex(ordered, o => o.Model.Table == target) is var there and >= 0
        && (there > Array.IndexOf(ordered, table) || (target == table.Model.Table && table.Shapes.Count > 1)))];

    private void Guard(StagingTable table, Action write)
    {
        Execute("savepoint dataops_import");
        try
        {
            write();
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
        TablePlan changed = changes.Of(table.Model.Table);
        string relation = $"(select s.* from {table.Name} s join {changed.Name} c on c._action = 'U' and {changed.Identity.Same("c", "s")})";
        if (common.Length > 0)
            new UniqueParking(session, context.Cancellation).Park(table.Model.Table, relation, common, ImportStatements.SameKey(table));
    }

    private void Write(StagingList list)
    {
        TablePlan changed = changes.Of(list.List.Table);
        Execute(ImportStatements.Add(list, Added(list)));
        changed.AddInserted(ImportStatements.AddedKeys(list, Added(list), changed));
    }

    /// <summary>The temporary table of the entries that a list gets: owner, target.</summary>
    public static string Added(StagingList list) => $"pg_temp.dataops_added_{list.List.Table.Oid}";

    private int Execute(string sql) => session.Execute(sql, context.Cancellation);

    // Referenced tables first, for constraints that cannot be deferred; in a circle any order is as good.
    private StagingTable[] InReferenceOrder() =>
        [.. ModelOrder.SortForLoad(catalog, [.. rows.Tables.Select(t => t.Model)]).Select(m => rows.StagedOf(m.Table)!)];
}
