using DataOps.Core.Changes;
using DataOps.Core.Django.Models;
using DataOps.Core.Django.References;
using DataOps.Core.Files;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>A file that has been compared with a database: what is to change there, in temporary tables of the transaction.</summary>
/// <param name="Objects">Objects in the file.</param>
/// <param name="Skipped">Objects left out.</param>
/// <param name="Specs">What the file says about the rows of its models.</param>
/// <param name="Run">What changes by model, and the means to apply it.</param>
/// <param name="Deletion">Rows of the database that the file's specs take away.</param>
/// <param name="Replacement">Rows of the database that give way.</param>
internal sealed record DatasetLoad(long Objects, long Skipped, FileSpecs Specs, ImportRun Run, ImportDeletion Deletion, ConflictReplacement Replacement)
{
    /// <summary>Rows that are not there.</summary>
    public long Inserted => Run.Models.Sum(m => m.Inserted);

    /// <summary>Rows that differ.</summary>
    public long Updated => Run.Models.Sum(m => m.Updated);

    /// <summary>All rows to write, those of many-to-many tables included.</summary>
    public long Written => Run.Models.Sum(m => m.Inserted + m.Updated + m.Added + m.Removed) + Deleted + Changed;

    /// <summary>Rows of the database that go.</summary>
    public long Deleted => Deletion.Deleted + Replacement.Deleted;

    /// <summary>Rows of the database that change because of those.</summary>
    public long Changed => Deletion.Cleared + Replacement.Repointed;

    /// <summary>Reads a file and computes what would change; the database is only read.</summary>
    /// <param name="session">A session in a transaction.</param>
    /// <param name="catalog">The database's models and references.</param>
    /// <param name="file">The file.</param>
    /// <param name="options">How to load it; without WhatIf new keys are taken from their sequences.</param>
    /// <param name="changes">Takes the plan.</param>
    /// <param name="context">Cancels, and hears of the progress.</param>
    /// <param name="read">Takes the staging area before it is filled: it tells how far the file could be read, whatever becomes of the plan.</param>
    /// <exception cref="DataOpsException">The file cannot be loaded: why, with its lines.</exception>
    public static DatasetLoad Plan(
        Session session,
        ReferenceCatalog catalog,
        FixtureFile file,
        LoadOptions options,
        ChangeSet changes,
        OperationContext context,
        Action<StagingArea>? read = null)
    {
        string path = file.Name;
        FixtureModels models = new(catalog);
        NaturalKeys keys = NaturalKeys.Of(catalog, options.NaturalKey);
        // As pg_dump and pg_restore do: a limit for the queries of the site is none for a load of all of it.
        session.Execute("set local statement_timeout = 0", context.Cancellation);
        FavourIndexes(session, context.Cancellation);
        StagingArea staging = new(session, catalog, models, keys, JsonFields.Of(options.StreamField, options.JsonField, catalog.Models), path, context);
        read?.Invoke(staging);
        FileSpecs specs;
        using (FixtureReader reader = FixtureReader.Open(file, context.Cancellation))
        {
            staging.Fill(reader);
            specs = FileSpecs.Of(reader, models, staging.Tables, path);
        }
        changes.Defer();
        ImportViews rows = new(session, catalog, staging.Tables, context.Cancellation);
        OnMissingReference missing = options.OnMissingReference ?? OnMissingReference.Fail;
        ImportReferenceCheck targets = new(session, catalog, models, rows, missing, path, context);
        new RowsSavedAsNew(session, catalog, rows, targets, missing, path, context).Plan(specs, reserve: !options.WhatIf);
        new KeyAssignment(session, catalog, models, keys, rows, targets, new ImportProblems(path), context)
            .Resolve(takesRecovered: options.OnConflict == OnConflict.Replace, reserve: !options.WhatIf);
        rows.CreateViews();
        ImportChecks checks = new(session, path, context.Cancellation);
        checks.RequireDistinctKeys(rows.Tables);
        checks.RequireNew(specs.ForceInsert);
        ImportDeletion deletion = new(session, catalog, rows, changes, options, path, context);
        deletion.Plan(specs, staging.Objects);
        targets.Ignore(specs.IgnoredLists);
        UniqueConflicts conflicts = new(session, catalog, rows, options.OnConflict, path, context);
        conflicts.Settle();
        targets.Settle();
        checks.RequireNeededFields(rows.Tables, options.MissingField);
        ConflictReplacement replacement = new(session, catalog, rows, changes, context.Cancellation);
        ImportRun run = new(session, catalog, rows, changes, deletion, replacement, options, path, context);
        run.Plan(conflicts.WithReplaced);
        return new DatasetLoad(staging.Objects, targets.Skipped + conflicts.Skipped, specs, run, deletion, replacement);
    }

    // A load asks for the rows that its file names. With the default, made for disks that turn, PostgreSQL would rather read all of a table of small rows.
    private static void FavourIndexes(Session session, CancellationToken cancellation) => session.Execute(
        "select set_config('random_page_cost', least(current_setting('random_page_cost')::float8, 1.1)::text, true)", cancellation);
}
