using DataOps.Core.Changes;
using DataOps.Core.Django.Models;
using DataOps.Core.Django.References;
using DataOps.Core.Files;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>A file that has been compared with a database: what is to change there, in temporary tables of the transaction.</summary>
/// <param name="Staged">The file.</param>
/// <param name="Skipped">Objects left out.</param>
/// <param name="Run">What changes by model, and the means to apply it.</param>
/// <param name="Deletion">Rows of the database that the file's specs take away.</param>
/// <param name="Replacement">Rows of the database that give way.</param>
internal sealed record DatasetLoad(StagedFile Staged, long Skipped, ImportRun Run, PlannedDeletion Deletion, ConflictReplacement Replacement)
{
    /// <summary>Objects in the file.</summary>
    public long Objects => Staged.Objects;

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

/// <summary>The road of a file into a database: its stages, each of which takes what the one before it found out and adds its own.</summary>
/// <remarks>Up to the plan the database is only read; <see cref="ImportRun.Apply"/> is the last stage.</remarks>
/// <param name="session">A session in a transaction.</param>
/// <param name="catalog">The database's models and references.</param>
/// <param name="file">The file.</param>
/// <param name="options">How to load it; without WhatIf new keys are taken from their sequences.</param>
/// <param name="changes">Takes the plan.</param>
/// <param name="context">Cancels, and hears of the progress.</param>
internal sealed class LoadStages(
    Session session, ReferenceCatalog catalog, FixtureFile file, ImportDatasetOptions options, ChangeSet changes, OperationContext context)
{
    private readonly string _path = file.Name;
    private readonly FixtureModels _models = new(catalog);
    private readonly NaturalKeys _keys = NaturalKeys.Of(catalog, options.NaturalKey);
    private readonly OnMissingReference _missing = options.OnMissingReference ?? OnMissingReference.Fail;

    /// <summary>Goes as far as the plan of what would change.</summary>
    /// <param name="read">Takes the staging area before it is filled: it tells how far the file could be read, whatever becomes of the plan.</param>
    /// <exception cref="DataOpsException">The file cannot be loaded: why, with its lines.</exception>
    public DatasetLoad Plan(Action<StagingArea>? read = null)
    {
        StagedFile staged = Stage(read);
        KeyedRows keyed = AssignKeys(staged);
        PlannedDeletion deletion = PlanDeletion(keyed, staged);
        SettledConflicts conflicts = ResolveConflicts(keyed, deletion);
        KeyedRows rows = CheckReferences(conflicts.Rows, deletion, staged.Specs);
        return PlanChanges(staged, conflicts with { Rows = rows }, deletion);
    }

    // The file's rows as they are, in temporary tables.
    private StagedFile Stage(Action<StagingArea>? read)
    {
        // As pg_dump and pg_restore do: a limit for the queries of the site is none for a load of all of it.
        Execute("set local statement_timeout = 0");
        // A load asks for the rows that its file names. With the default, made for disks that turn, PostgreSQL would rather read all of a table of small rows.
        Execute("select set_config('random_page_cost', least(current_setting('random_page_cost')::float8, 1.1)::text, true)");
        JsonFields jsonFields = JsonFields.Of(options.StreamField, options.JsonField, catalog.Models);
        StagingArea area = new(session, catalog, _models, _keys, jsonFields, _path, context);
        read?.Invoke(area);
        using FixtureReader reader = FixtureReader.Open(file, context.Cancellation);
        return area.Fill(reader);
    }

    // The keys that the rows and what they refer to have in this database. From here on functions in defaults may be called, as the application's.
    private KeyedRows AssignKeys(StagedFile staged)
    {
        changes.Defer();
        bool reserve = !options.WhatIf;
        KnownIds ids = new(catalog, staged.Tables);
        ids = new RowsSavedAsNew(session, catalog, ids, _missing, new ImportProblems(_path), context).Give(staged.Specs, reserve);
        ids = new KeyAssignment(session, catalog, _models, _keys, ids, _missing, new ImportProblems(_path), context)
            .Assign(takesRecovered: options.OnConflict == OnConflict.Replace, reserve);
        KeyedRows keyed = KeyedRows.Of(session, ids, context.Cancellation);
        ImportChecks checks = new(session, new ImportProblems(_path), context.Cancellation);
        checks.RequireDistinctKeys(keyed.Tables);
        checks.RequireNew(staged.Specs.ForceInsert);
        return keyed;
    }

    // What goes is in nobody's way, and nobody's target.
    private PlannedDeletion PlanDeletion(KeyedRows rows, StagedFile staged) =>
        new ImportDeletion(session, catalog, rows, changes, options, _path, context).Plan(staged.Specs, staged.Objects);

    // Before the references: what refers to a row that stays out then refers to the one that it had to leave the place to.
    private SettledConflicts ResolveConflicts(KeyedRows rows, PlannedDeletion deletion) =>
        new UniqueConflicts(session, catalog, rows, deletion, options.OnConflict, new ImportProblems(_path), context).Settle();

    private KeyedRows CheckReferences(KeyedRows rows, PlannedDeletion deletion, FileSpecs specs) =>
        new ImportReferenceCheck(session, catalog, _models, rows, deletion, _missing, new ImportProblems(_path), context).Settle(specs.IgnoredLists);

    private DatasetLoad PlanChanges(StagedFile staged, SettledConflicts settled, PlannedDeletion deletion)
    {
        KeyedRows rows = settled.Rows;
        new ImportChecks(session, new ImportProblems(_path), context.Cancellation).RequireNeededFields(rows.Tables, options.MissingField);
        ConflictReplacement replacement = ConflictReplacement.Plan(session, catalog, settled, changes, context.Cancellation);
        IReadOnlyList<ModelCounts> models = new ImportComparison(session, rows, changes, options, context).Plan();
        ImportRun run = new(session, catalog, rows, models, changes, deletion, replacement, options, _path, context);
        return new DatasetLoad(staged, rows.Ids.Skipped, run, deletion, replacement);
    }

    private void Execute(string sql) => session.Execute(sql, context.Cancellation);
}
