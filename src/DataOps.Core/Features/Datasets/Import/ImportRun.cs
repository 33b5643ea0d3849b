using DataOps.Core.Files;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>The last stage of a load: makes the database what the staging tables say, as it was planned.</summary>
internal sealed class ImportRun(
    Session session,
    ReferenceCatalog catalog,
    KeyedRows rows,
    IReadOnlyList<ModelCounts> models,
    ChangeSet changes,
    PlannedDeletion deletion,
    ConflictReplacement replacement,
    string path,
    OperationContext context)
{
    /// <summary>What it changes, by model.</summary>
    public IReadOnlyList<ModelCounts> Models => models;

    /// <summary>Writes what was planned, and is locked.</summary>
    /// <exception cref="DataOpsException">PostgreSQL refuses a row.</exception>
    public void Apply()
    {
        deletion.Dependents.Writing([])();
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
    }

    /// <summary>
    /// Moves the sequences of the keys that are behind; last of all, as a rollback does not take it back.
    /// </summary>
    public bool AdvanceSequences()
    {
        bool moved = false;
        foreach (Table table in rows.Tables.Select(t => t.Model.Table))
        {
            if (table.SingleKey is not { Sequence: { } sequence } key)
                continue;
            foreach (long most in session.Query<long>(
                ImportStatements.SequenceBehind(table, key), context.Cancellation))
            {
                Run($"select setval({SqlText.Literal(sequence)}::regclass, {most})");
                moved = true;
            }
        }
        return moved;
    }

    // Updates first: they may free a unique value that a new row takes.
    private void Write(StagingTable table, StagingColumn[] waiting)
    {
        TablePlan changed = changes.Of(table.Model.Table);
        Park(table);
        for (int shape = 0; shape < table.Shapes.Count; shape++)
            if (ImportStatements.Update(table, shape, changed, waiting) is { } update)
                WriteRows(update);
        for (int shape = 0; shape < table.Shapes.Count; shape++)
            WriteRows(ImportStatements.Insert(table, shape, changed, waiting));
    }

    private void Complete(StagingTable table, StagingColumn[] waiting)
    {
        for (int shape = 0; shape < table.Shapes.Count; shape++)
            if (table.Shapes[shape].Intersect(waiting).ToArray() is { Length: > 0 } columns)
                WriteRows(ImportStatements.Complete(table, shape, changes.Of(table.Model.Table), columns));
    }

    // A constraint that cannot be deferred asks for its target at once: in a circle a column that may be NULL waits for
    // it.
    private static StagingColumn[] WaitingColumns(StagingTable table, StagingTable[] ordered) =>
        [
            .. from column in table.Columns
               where !column.Column.NotNull && column.Reference?.Constraint is { IsEnforced: true, IsDeferrable: false }
               let target = column.Reference!.Target
               let there = Array.FindIndex(ordered, o => o.Model.Table == target)
               where there > Array.IndexOf(ordered, table)
                   || (there >= 0 && target == table.Model.Table && table.Shapes.Count > 1)
               select column,
        ];

    private void Guard(StagingTable table, Action write)
    {
        Run($"savepoint dataops_import");
        try
        {
            write();
        }
        catch (DataOpsException e) when (e.Kind is FailureKind.AlreadyExists or FailureKind.InvalidData)
        {
            Run($"rollback to savepoint dataops_import");
            new ImportRefusal(session, path, context.Cancellation).Explain(table, e);
            throw;
        }
        Run($"release savepoint dataops_import");
    }

    private void Park(StagingTable table)
    {
        if (table.Shapes.Count == 0 || table.Model.Table.UniqueKeys.Count == 0)
            return;
        string[] common =
            [.. table.Shapes.Select(s => s.Select(c => c.Column.Name)).Aggregate((a, b) => a.Intersect(b))];
        TablePlan changed = changes.Of(table.Model.Table);
        SqlText planned = changed.Name;
        SqlText relation = $"""
            (select s.* from {table.Name} s join {planned} c on c._action = 'U' and {changed.Identity.Same("c", "s")})
            """;
        if (common.Length > 0)
            new UniqueParking(session, context.Cancellation).Park(
                table.Model.Table, relation, common, ImportStatements.SameKey(table));
    }

    private void Write(StagingList list)
    {
        TablePlan changed = changes.Of(list.List.Table);
        WriteRows(ImportStatements.Add(list, changed));
        changed.AddInserted(ImportStatements.AddedKeys(list, changed));
    }

    private void Run(SqlText sql) => session.Run(sql, context.Cancellation);

    private void WriteRows(SqlText sql) => session.RunAsApplication(sql, context.Cancellation);

    // Referenced tables first, for constraints that cannot be deferred; in a circle any order is as good.
    private StagingTable[] InReferenceOrder() =>
        [.. new ReferenceWalk(catalog).SortForLoad([.. rows.Tables.Select(t => t.Model)]).Select(
            m => rows.StagedOf(m.Table)!)];
}

/// <summary>Finds the lines of the file behind a constraint that PostgreSQL found violated.</summary>
/// <remarks>PostgreSQL names one row, and none of the file; the staging table still has them all.</remarks>
internal sealed class ImportRefusal(Session session, string path, CancellationToken cancellation)
{
    /// <summary>
    /// The failure to throw instead, when lines could be found; the transaction has been taken back to before the
    /// statement.
    /// </summary>
    public void Explain(StagingTable table, DataOpsException failure)
    {
        if (failure.InnerException is not PostgresException { ConstraintName: { } constraint } cause
            || cause.TableName != table.Model.Table.Name)
            return;
        ImportProblems problems = new(session, path, cancellation);
        if (cause.SqlState == PostgresErrorCodes.UniqueViolation)
            FindClashes(table, constraint, problems);
        else if (cause.SqlState == PostgresErrorCodes.CheckViolation)
            FindCheck(table, constraint, problems);
        problems.ThrowIfAny(failure);
    }

    private void FindClashes(StagingTable table, string constraint, ImportProblems problems)
    {
        IReadOnlyList<string> columns = table.Model.Table.Indexes.FirstOrDefault(i => i.Name == constraint)?.Columns
            ?? [];
        StagingColumn[] staged = [.. table.Keys.Concat(table.Columns).Where(c => columns.Contains(c.Column.Name))];
        if (columns.Count == 0 || staged.Length != columns.Count)
            return;
        string fields = string.Join(", ", staged.Select(c => c.Field));
        SqlText value = ImportStatements.Values(staged);
        SqlText same = ImportStatements.Same(staged, "t", "s");
        ImportSentence sentence = new("value", "violates a unique constraint", "violate a unique constraint");
        const string Advice = "Change one of the rows, in the file or in the database.";
        SqlText own = ImportStatements.KeyOf(table);
        SqlText inDatabase = $"""
            from {table.Buffer.Table} s join {table.Model.Table} t on {same} and not ({ImportStatements.SameKey(table)})
            """;
        problems.AddRows($"s._place", [own, value, ImportStatements.KeyOf(table, "t")], inDatabase, r => new(
            ErrorIds.NotUnique, sentence, Advice, table.Model.Label, r[0], fields,
            $"\"{r[1]}\" is that of {table.Model.Label} {r[2]} in the database"));
        SqlText inFile = $"from {table.Buffer.Table} s join {table.Buffer.Table} t on {same} and t._place < s._place";
        problems.AddRows($"s._place", [own, value, $"t._place"], inFile, r => new(
            ErrorIds.NotUnique, sentence, Advice, table.Model.Label, r[0], fields,
            $"\"{r[1]}\" is in {FilePlace.Of(r[2])} already"));
    }

    // The columns of a staging table have the target's names, so that the check can be asked of them.
    private void FindCheck(StagingTable table, string constraint, ImportProblems problems)
    {
        string? check = table.Model.Table.Constraints.FirstOrDefault(c => c.Name == constraint)?.Expression;
        if (check is null || table.Shapes.Any(s => s.Count != table.Columns.Count))
            return;
        SqlText violating = $"from {table.Buffer.Table} s where not ({SqlText.Raw(check)})";
        problems.AddRows($"s._place", [ImportStatements.KeyOf(table)], violating, r => new(
            ErrorIds.CheckFailed,
            new("row", $"violates the check {constraint}", $"violate the check {constraint}"),
            "Correct them in the file, or where it was exported.", table.Model.Label, r[0], "", check));
    }
}
