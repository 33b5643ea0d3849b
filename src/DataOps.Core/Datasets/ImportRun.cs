using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.Core.Datasets;

/// <summary>How many rows a load writes.</summary>
internal sealed record ImportCounts(long Inserted, long Updated, long Added, long Removed)
{
    public long Written => Inserted + Updated + Added + Removed;
}

/// <summary>Applies staging tables to the database, inside the transaction in which they were filled.</summary>
internal sealed class ImportRun(Session session, ReferenceCatalog catalog, FixtureModels models, string path, OperationContext context)
{
    private long _inserted;
    private long _updated;
    private long _added;
    private long _removed;

    /// <summary>Writes what differs and checks all of it; nothing is left for the commit to find.</summary>
    /// <exception cref="DataOpsException">A key occurs twice, a new row lacks a field, a constraint is violated, a reference has no target.</exception>
    public ImportCounts Apply(IReadOnlyList<StagingTable> tables)
    {
        ImportChecks checks = new(session, catalog, models, path, context.Cancellation);
        checks.RequireDistinctKeys(tables);
        Prepare(tables);
        checks.RequireNeededFields(tables);
        long done = 0;
        long total = tables.Sum(t => t.Buffer.Rows);
        foreach (StagingTable table in InReferenceOrder(tables))
        {
            context.Report("Writing " + table.Model.Label, done, total);
            Write(table);
            done += table.Buffer.Rows;
        }
        foreach (StagingList list in tables.SelectMany(t => t.Lists).Where(l => l.Buffer.Rows > 0))
        {
            _removed += Execute(ImportStatements.Remove(list));
            _added += Execute(ImportStatements.Add(list));
        }
        context.Report("Checking references", done, total);
        checks.RequireTargets(tables);
        Execute("set constraints all immediate");
        return new ImportCounts(_inserted, _updated, _added, _removed);
    }

    /// <summary>Moves the sequences of the keys that are behind; last of all, as a rollback does not take it back.</summary>
    public bool AdvanceSequences(IReadOnlyList<StagingTable> tables)
    {
        bool moved = false;
        foreach (Table table in tables.Select(t => t.Model.Table))
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

    private void Prepare(IReadOnlyList<StagingTable> tables)
    {
        string[] targets = [.. tables.Select(t => t.Model.Table).Concat(tables.SelectMany(t => t.Lists).Select(l => l.List.Table)).Select(t => t.Sql).Distinct().Order(StringComparer.Ordinal)];
        if (targets.Length > 0)
            Execute($"lock table {string.Join(", ", targets)} in row exclusive mode");
        Execute("set constraints all deferred");
        // Triggers and the functions in defaults find their names where the application's do; our own are qualified.
        Execute("select set_config('search_path', (select reset_val from pg_settings where name = 'search_path'), true)");
    }

    // Updates first: they may free a unique value that a new row takes.
    private void Write(StagingTable table)
    {
        Execute("savepoint dataops_import");
        try
        {
            for (int shape = 0; shape < table.Shapes.Count; shape++)
                if (ImportStatements.Update(table, shape) is { } update)
                    _updated += Execute(update);
            for (int shape = 0; shape < table.Shapes.Count; shape++)
                _inserted += Execute(ImportStatements.Insert(table, shape));
        }
        catch (DataOpsException e) when (e.Kind is FailureKind.AlreadyExists or FailureKind.InvalidData)
        {
            session.Execute("rollback to savepoint dataops_import");
            new ImportRefusal(session, path, context.Cancellation).Explain(table, e);
            throw;
        }
        Execute("release savepoint dataops_import");
    }

    private int Execute(string sql) => session.Execute(sql, context.Cancellation);

    // Referenced tables first, for constraints that cannot be deferred; in a circle any order is as good.
    private IEnumerable<StagingTable> InReferenceOrder(IReadOnlyList<StagingTable> tables)
    {
        Dictionary<uint, StagingTable> byTable = tables.ToDictionary(t => t.Model.Table.Oid);
        return ModelOrder.Sort(catalog, [.. tables.Select(t => t.Model)]).Select(m => byTable[m.Table.Oid]);
    }
}
