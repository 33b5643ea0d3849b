namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// A target, in the file or in the database, for each reference that a file's rows make; and what to do where there is
/// none.
/// </summary>
/// <remarks>History that outlives its targets by design needs none.</remarks>
internal sealed class ImportReferenceCheck(
    Session session,
    ReferenceCatalog catalog,
    FixtureModels models,
    KeyedRows rows,
    PlannedDeletion deletion,
    OnMissingReference choice,
    ImportProblems problems,
    OperationContext context)
{
    private readonly MissingTargets _missing = new(models, problems);

    /// <summary>Settles them all: rows that are left out may leave others without a target.</summary>
    /// <param name="ignored">Lists whose entries need no target, whatever the choice.</param>
    /// <returns>The rows that are left.</returns>
    /// <exception cref="DataOpsException">References without a target, all of them, with their lines.</exception>
    public KeyedRows Settle(IEnumerable<StagingList> ignored)
    {
        Ignore(ignored);
        long before;
        do
        {
            before = rows.Ids.Skipped;
            foreach (StagingTable table in rows.Tables)
                Settle(table);
            problems.ThrowIfAny();
        }
        while (rows.Ids.Skipped > before);
        return rows;
    }

    private void Settle(StagingTable table)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        foreach (TargetReference reference in catalog.From(table.Model.Table).OfType<TargetReference>()
            .Where(r => r.IsRequired))
            if (reference.Columns.All(c => IsStaged(table, c)))
                Settle(table, reference);
        foreach (StagingList list in table.Lists)
            if (list.Buffer.Rows > 0 && list.Target.Reference is TargetReference { IsDeclared: true } reference)
                Settle(table, list, reference);
    }

    private void Settle(StagingTable table, TargetReference reference)
    {
        if (reference is TreeReference tree)
            reference = tree.Over(session, rows.Ids.Merged(table.Model.Table, tree.Column), context.Cancellation);
        SqlText isTarget = reference.IsTarget("s", "t");
        SqlText isMissing = $"{reference.IsSet("s")} and {Lacks(reference.Target, isTarget)}";
        StagingColumn[] columns =
            [.. reference.Columns.Select(c => table.Keys.Concat(table.Columns).First(s => s.Column == c))];
        if (choice == OnMissingReference.SkipRow)
        {
            KnownIds left = rows.Ids.LeaveOut(
                session, table, $"select s._row from {table.Name} s where {isMissing}", context.Cancellation);
            rows = rows.With(session, left, context.Cancellation);
        }
        else if (choice == OnMissingReference.Null && columns is [{ Column.NotNull: false } only])
        {
            IEnumerable<SqlText> set = only.StagedColumns.Select(c => (SqlText)$"{c} = null");
            Run($"update {table.Buffer.Table} r set {set} from {table.Name} s where s._row = r._row and {isMissing}");
        }
        else if (choice is not (OnMissingReference.KeepKey or OnMissingReference.Report)
            || reference.Constraint is { IsEnforced: true })
        {
            string field = string.Join(", ", columns.Select(c => c.Field));
            _missing.Add(
                table, field, reference.Target, $"s._place",
                [ImportStatements.KeyOf(table), reference.Value("s")],
                $"from {table.Name} s where {isMissing}");
        }
    }

    private void Settle(StagingTable table, StagingList list, TargetReference reference)
    {
        if (choice is OnMissingReference.SkipRow or OnMissingReference.Null)
            Remove(list, reference);
        else
            _missing.Add(
                table, list.List.Name, reference.Target, $"s._place", [$"s.owner", $"s.target"],
                $"from {list.Name} s where {IsMissing(reference)}");
    }

    // Entries without a target go from the lists whose spec says so.
    private void Ignore(IEnumerable<StagingList> lists)
    {
        foreach (StagingList list in lists.Where(l => l.Buffer.Rows > 0))
            if (list.Target.Reference is TargetReference reference)
                Remove(list, reference);
    }

    private void Remove(StagingList list, TargetReference reference) => Run($"""
        delete from {list.Buffer.Table} r using {list.Name} s
        where s._row = r._row and s._position = r._position and {IsMissing(reference)}
        """);

    private SqlText IsMissing(TargetReference reference) =>
        $"s.target is not null and {Lacks(reference.Target, reference.IsTarget([$"s.target"], "t"))}";

    // Neither a row that stays nor one of the file is the target.
    private SqlText Lacks(Table target, SqlText isTarget)
    {
        SqlText inFile = rows.StagedOf(target) is { } staged
            ? (SqlText)$" and not exists (select 1 from {staged.Name} t where {isTarget})"
            : SqlText.Empty;
        return $"not exists (select 1 from {target} t where {isTarget}{deletion.Stays(target, "t")}){inFile}";
    }

    private static bool IsStaged(StagingTable table, Column column) =>
        table.Keys.Concat(table.Columns).Any(s => s.Column == column);

    private void Run(SqlText sql) => session.Run(sql, context.Cancellation);
}

/// <summary>Lists references without a target, and what the file would have to bring with it.</summary>
internal sealed class MissingTargets(FixtureModels models, ImportProblems problems)
{
    private static readonly ImportSentence s_sentence = new("reference", "has no target", "have no target");

    private readonly SortedSet<string> _models = new(StringComparer.Ordinal);

    /// <summary>Adds those of one field.</summary>
    /// <param name="table">Whose field.</param>
    /// <param name="field">The field.</param>
    /// <param name="target">What it refers to.</param>
    /// <param name="line">The SQL of the file's line.</param>
    /// <param name="keyAndValue">The SQL of the row's key and of what it refers to.</param>
    /// <param name="from">The query from "from" on.</param>
    public void Add(StagingTable table, string field, Table target, SqlText line, SqlText[] keyAndValue, SqlText from)
    {
        string label = models.LabelOf(target);
        problems.AddRows(line, keyAndValue, from, r =>
        {
            if (models.SuccessorOf(target) is { } successor)
                return new ImportProblem(
                    ErrorIds.MissingReferences, s_sentence,
                    $"{successor} is the user model now, but foreign keys still lead to {label}: Test-Database -Audit "
                        + "Schema names them, with what moves each. Move them first.",
                    table.Model.Label, r[0], field, $"-> {label} {r[1]}, not in the database");
            _models.Add(label);
            return new ImportProblem(
                ErrorIds.MissingReferences, s_sentence,
                $"Add {string.Join(", ", _models)} to the export, or those rows to the database; or load with " +
                    $"-OnMissingReference Null or SkipRow.",
                table.Model.Label, r[0], field, $"-> {label} {r[1]}, neither in the file nor in the database")
            {
                MissingModel = label,
            };
        });
    }
}
