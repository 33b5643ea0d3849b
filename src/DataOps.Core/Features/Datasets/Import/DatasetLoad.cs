using DataOps.Core.Django.Values;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// A file that has been compared with a database: what is to change there, in temporary tables of the transaction.
/// </summary>
/// <param name="Staged">The file.</param>
/// <param name="Skipped">Objects left out.</param>
/// <param name="Run">What changes by model, and the means to apply it.</param>
/// <param name="Deletion">Rows of the database that the file's specs take away.</param>
/// <param name="Replacement">Rows of the database that give way.</param>
internal sealed record DatasetLoad(
    StagedFile Staged, long Skipped, ImportRun Run, PlannedDeletion Deletion, ConflictReplacement Replacement)
{
    /// <summary>Objects in the file.</summary>
    public long Objects => Staged.Objects;

    /// <summary>Rows that do not differ.</summary>
    public long Unchanged => Objects - Staged.Ignored - Inserted - Updated - Skipped;

    /// <summary>Rows that are not there.</summary>
    public long Inserted => Run.Models.Sum(m => m.Inserted);

    /// <summary>Rows that differ.</summary>
    public long Updated => Run.Models.Sum(m => m.Updated);

    /// <summary>All rows to write, those of many-to-many tables included.</summary>
    public long Written => Run.Models.Sum(m => m.Inserted + m.Updated + m.Added + m.Removed) + Deleted + Changed;

    /// <summary>Rows of the database that go.</summary>
    public long Deleted => Deletion.Deleted + Replacement.Deleted;

    /// <summary>Rows of the database that change because of those.</summary>
    public long Changed => Deletion.Dependents.Changed + Replacement.Repointed;
}

/// <summary>
/// The road of a file into a database: its stages, each of which takes what the one before it found out and adds its
/// own.
/// </summary>
/// <remarks>Up to the plan the database is only read; <see cref="ImportRun.Apply"/> is the last stage.</remarks>
/// <param name="session">The session.</param>
/// <param name="catalog">The database's models and references.</param>
/// <param name="file">The file.</param>
/// <param name="options">How to load it; without WhatIf new keys are taken from their sequences.</param>
/// <param name="context">Cancels, and hears of the progress.</param>
internal sealed class LoadStages(
    Session session, ReferenceCatalog catalog, FixtureFile file, LoadOptions options, OperationContext context)
    : IDisposable
{
    private readonly string _path = file.Name;
    private readonly FixtureModels _models = new(catalog);
    private readonly NaturalKeys _keys = NaturalKeys.Of(catalog, options.NaturalKey);
    private readonly OnMissingReference _missing = options.OnMissingReference ?? OnMissingReference.Fail;

    private StagingArea? _area;

    /// <summary>The file's rows as far as they could be read.</summary>
    public StagingArea Area => _area ??= new(session, catalog, _models, _keys, options, _path, context);

    /// <summary>
    /// Brings the file's rows as they are into temporary tables, in no transaction: one that creates a table locks it,
    /// and what belongs to it, until its end, and the server has no room for the tables of a thousand models.
    /// </summary>
    /// <exception cref="DataOpsException">The file cannot be read, or has what the database cannot store; or the load
    /// needs more locks than the server has.</exception>
    public StagedFile Stage()
    {
        StagingArea area = Area;
        using FixtureReader reader = FixtureReader.Open(file, context.Cancellation);
        reader.IsReference = (label, field) =>
            _models.Find(label) is { } model && model.Fields.FirstOrDefault(f => f.Name == field) is { } known
                ? catalog.ReferenceOf(model.Table, known.Column) is not null
                : null;
        StagedFile? staged = null;
        TemporaryTable.Ahead(session, () => staged = area.Fill(reader));
        LoadLocks.Require(session, catalog, staged!.Tables, context.Cancellation);
        return staged;
    }

    /// <summary>Goes as far as the plan of what would change, in a transaction.</summary>
    /// <param name="staged">The file's rows.</param>
    /// <param name="changes">Takes the plan.</param>
    /// <exception cref="DataOpsException">The file cannot be loaded: why, with its lines.</exception>
    public DatasetLoad Plan(StagedFile staged, ChangeSet changes)
    {
        // As pg_dump and pg_restore do: a limit for the queries of the site is none for a load of all of it.
        Run($"set local statement_timeout = 0");
        // A load asks for the rows that its file names. With the default, made for disks that turn, PostgreSQL would
        // rather read all of a table of small rows.
        Run($"""
            select set_config('random_page_cost', least(current_setting('random_page_cost')::float8, 1.1)::text, true)
            """);
        KeyedRows keyed = AssignKeys(staged);
        PlannedDeletion deletion = PlanDeletion(keyed, staged, changes);
        keyed = new OtherTypes(
            session, catalog, keyed, deletion, options.OnConflict, Problems(), context.Cancellation).Settle();
        SettledConflicts conflicts = ResolveConflicts(keyed, deletion);
        KeyedRows rows = CheckReferences(conflicts.Rows, deletion, staged.Specs);
        if (!options.TrustContentTypes)
            new ContentTypeNumbers(catalog, rows, options.OnConflict, Problems()).Refuse();
        return PlanChanges(staged, conflicts with { Rows = rows }, deletion, changes);
    }

    /// <summary>Drops the staging tables; after the transaction.</summary>
    public void Dispose() => _area?.Drop();

    // The keys that the rows and what they refer to have in this database.
    private KeyedRows AssignKeys(StagedFile staged)
    {
        bool reserve = !options.WhatIf;
        KnownIds ids = new(catalog, staged.Tables)
        {
            MayChange = _missing == OnMissingReference.SkipRow || options.OnConflict == OnConflict.Skip,
        };
        ids = new RowsSavedAsNew(session, catalog, ids, _missing, Problems(), context).Give(staged.Specs, reserve);
        ids = new KeyAssignment(
            session, catalog, _models, _keys, ids, options.Match, _missing, Problems(), context)
            .Assign(takesRecovered: options.OnConflict == OnConflict.Replace, reserve);
        KeyedRows keyed = KeyedRows.Of(session, ids, context.Cancellation);
        ImportChecks checks = new(Problems());
        checks.RequireDistinctKeys(keyed.Tables);
        checks.RequireSamePartition(keyed.Tables);
        checks.RequireNew(staged.Specs.ForceInsert);
        return keyed;
    }

    // What goes is in nobody's way, and nobody's target.
    private PlannedDeletion PlanDeletion(KeyedRows rows, StagedFile staged, ChangeSet changes) =>
        new ImportDeletion(session, catalog, rows, changes, options, _path, context).Plan(
            staged.Specs, staged.Objects - staged.Ignored);

    // Before the references: what refers to a row that stays out then refers to the one that it had to leave the place
    // to.
    private SettledConflicts ResolveConflicts(KeyedRows rows, PlannedDeletion deletion) =>
        new UniqueConflicts(session, catalog, rows, deletion, options.OnConflict, Problems(), context).Settle();

    private KeyedRows CheckReferences(KeyedRows rows, PlannedDeletion deletion, FileSpecs specs) =>
        new ImportReferenceCheck(session, catalog, _models, rows, deletion, _missing, Problems(), context).Settle(
            specs.IgnoredLists);

    private DatasetLoad PlanChanges(
        StagedFile staged, SettledConflicts settled, PlannedDeletion deletion, ChangeSet changes)
    {
        KeyedRows rows = settled.Rows;
        new ImportChecks(Problems()).RequireNeededFields(rows.Tables, options.MissingField);
        WarnOfDefaults(rows.Tables);
        foreach (string warning in new IdentityWarnings(session, rows, context.Cancellation).Of())
            context.Warning?.Invoke(warning);
        ConflictReplacement replacement = ConflictReplacement.Plan(
            session, catalog, settled, changes, context.Cancellation);
        IReadOnlyList<ModelCounts> models = new ImportComparison(session, rows, changes, options, context).Plan();
        ImportRun run = new(session, catalog, rows, models, changes, deletion, replacement, _path, context);
        return new DatasetLoad(staged, rows.Ids.Skipped, run, deletion, replacement);
    }

    private void WarnOfDefaults(IEnumerable<StagingTable> tables)
    {
        string[] models =
        [
            .. from table in tables
               let columns = Enumerable.Range(0, table.Shapes.Count).SelectMany(table.Lacking).Distinct()
               let filled = columns.Where(c => c.Default is not null).Select(c => $"{c.Field} {c.Default!.Shown}")
               where filled.Any()
               select $"{table.Model.Label}: {string.Join(", ", filled)}",
        ];
        if (models.Length > 0)
            context.Warning?.Invoke($"Fields that objects lack get their defaults. {string.Join("; ", models)}.");
    }

    private ImportProblems Problems() => new(session, _path, context.Cancellation);

    private void Run(SqlText sql) => session.Run(sql, context.Cancellation);
}

/// <summary>What has to be true of a file's rows as a whole; each check names every row that fails it.</summary>
internal sealed class ImportChecks(ImportProblems problems)
{
    /// <summary>No key twice.</summary>
    /// <exception cref="DataOpsException">The keys, with both lines.</exception>
    public void RequireDistinctKeys(IEnumerable<StagingTable> tables)
    {
        foreach (StagingTable table in tables)
        {
            SqlText twice = $"from {table.Name} s group by {table.Keys.Select(k => k.In("s"))} having count(*) > 1";
            problems.AddRows($"max(s._place)", [$"min(s._place)", ImportStatements.KeyOf(table)], twice, r => new(
                ErrorIds.DuplicateKey, new("key", "occurs more than once", "occur more than once"),
                "Keep only one of the objects in the file.",
                table.Model.Label, r[1], "pk", $"is in {FilePlace.Of(r[0])} already"));
        }
        problems.ThrowIfAny();
    }

    /// <summary>No row of a partitioned table under the automatic key of another one, nor twice in the file.</summary>
    /// <exception cref="DataOpsException">The rows.</exception>
    public void RequireSamePartition(IEnumerable<StagingTable> tables)
    {
        foreach (StagingTable table in tables.Where(t => t.Model.FixtureKey.Count < t.Keys.Count))
        {
            SqlText own = table.Model.FixtureKey[0].Sql;
            SqlText key = ImportStatements.KeyOf(table);
            void Refuse(SqlText rows, SqlText other, Func<string, string> why) => problems.AddRows(
                $"s._place", [key, other],
                $"from {table.Name} s join {rows} and not ({ImportStatements.SameKey(table)})",
                r => new(
                    ErrorIds.NotUnique, new("row", "has the key of another one", "have the keys of others"),
                    "Django knows rows by that key alone, and a load moves none to another partition: correct the "
                        + "other columns of the key in the file.",
                    table.Model.Label, r[0], "pk", why(r[1])));
            Refuse($"{table.Model.Table} t on t.{own} = s.{own}", ImportStatements.KeyOf(table, "t"),
                other => $"is that of {other} in the database");
            Refuse($"{table.Name} t on t.{own} = s.{own} and t._place < s._place", $"t._place",
                place => $"is in {FilePlace.Of(place)} already");
        }
        problems.ThrowIfAny();
    }

    /// <summary>No row that is there already.</summary>
    /// <exception cref="DataOpsException">The rows.</exception>
    public void RequireNew(IEnumerable<StagingTable> tables)
    {
        foreach (StagingTable table in tables)
        {
            SqlText known = $"from {table.Name} s where not ({ImportStatements.IsNew(table)})";
            problems.AddRows($"s._place", [ImportStatements.KeyOf(table)], known, r => new(
                ErrorIds.AlreadyThere, new("row", "is in the database already", "are in the database already"),
                "The file's spec says force_insert: delete them first, or take it out of the spec.",
                table.Model.Label, r[0], "pk", "is there"));
        }
        problems.ThrowIfAny();
    }

    /// <summary>A value for each column of a new row that needs one.</summary>
    /// <exception cref="DataOpsException">The rows, with the field that they lack.</exception>
    public void RequireNeededFields(IEnumerable<StagingTable> tables, MissingField missing)
    {
        foreach (StagingTable table in tables)
        {
            for (int shape = 0; shape < table.Shapes.Count; shape++)
            {
                StagingColumn[] lacking =
                    [.. table.Lacking(shape).Where(c => EmptyValue.IsNeeded(c.Column) && c.Default is null)];
                if (lacking.Length == 0)
                    continue;
                string fields = string.Join(", ", lacking.Select(c => c.Field));
                SqlText isNew = $"from {table.Name} s where s._shape = {shape} and {ImportStatements.IsNew(table)}";
                problems.AddRows($"s._place", [ImportStatements.KeyOf(table)], isNew, r => new(
                    ErrorIds.MissingField,
                    missing == MissingField.Keep
                        ? new(
                            "new row", "lacks a field that has no default in the database",
                            "lack a field that has no default in the database")
                        : new(
                            "new row", "lacks a field whose default nobody knows",
                            "lack a field whose default nobody knows"),
                    missing == MissingField.Keep
                        ? "Add the fields to the file, as the defaults that models have in Python are not in the "
                            + "database; or load with -MissingField Default, where they are known."
                        : "Add the fields to the file, as the defaults that models have in Python are not in the "
                            + "database.",
                    table.Model.Label, r[0], fields, "missing"));
            }
        }
        problems.ThrowIfAny();
    }
}
