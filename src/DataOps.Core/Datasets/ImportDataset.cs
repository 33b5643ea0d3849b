using System.Diagnostics;
using DataOps.Core.Catalog;
using DataOps.Core.Changes;
using DataOps.Core.Connections;
using Npgsql;

namespace DataOps.Core.Datasets;

/// <summary>What <see cref="ImportDataset"/> loads, and how.</summary>
public sealed record ImportDatasetOptions
{
    /// <summary>The file: Django's JSON or JSONL, compressed with gzip or not.</summary>
    public string Path { get; init; } = "";

    /// <summary>
    /// Natural keys that the application defines, besides those of Django, Wagtail and taggit: blog.author=slug, with several fields blog.post=slug+author.name;
    /// nothing behind the sign for a model that has none.
    /// </summary>
    public IReadOnlyList<string> NaturalKey { get; init; } = [];

    /// <summary>What to do about rows of the database that are in the way of the file's.</summary>
    public OnConflict OnConflict { get; init; }

    /// <summary>What to do about references whose target is neither in the file nor in the database.</summary>
    public OnMissingReference OnMissingReference { get; init; }

    /// <summary>What to do about fields that an object of the file lacks.</summary>
    public MissingField MissingField { get; init; }

    /// <summary>With WhatIf, also each row that would change, with its old and new values.</summary>
    public bool Detailed { get; init; }

    /// <summary>The undo file to write; in a folder of the user's own when absent.</summary>
    public string? UndoPath { get; init; }

    /// <summary>Write no undo file.</summary>
    public bool NoUndo { get; init; }

    /// <summary>Say what would change, and change nothing.</summary>
    public bool WhatIf { get; init; }
}

/// <summary>Brings a dataset file's rows into a database: inserts or updates what differs, in one transaction, or changes nothing.</summary>
/// <remarks>
/// A row is known by its key, or by its natural key where the file has no other; content types and permissions always by their natural keys, and what refers
/// to them follows. What would change is computed first, and the same plan is applied.
/// </remarks>
[Operation("Import", "Dataset")]
public sealed class ImportDataset : IOperation<ImportDatasetOptions, IChangeResult>
{
    private const string Name = "Import-Dataset";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file or a value in it is broken, a name is unknown, a reference has no target: each with its line, and nothing is loaded.</exception>
    public IEnumerable<IChangeResult> Run(Session session, ImportDatasetOptions options, OperationContext context)
    {
        if (options.Path.Length == 0)
            throw new DataOpsException("MissingPath", FailureKind.InvalidArgument, "No file is named.", "Name the dataset file with -Path.", nameof(options.Path));
        Stopwatch watch = Stopwatch.StartNew();
        string path = Path.GetFullPath(options.Path);
        string? undo = options.NoUndo || options.WhatIf ? null : UndoPlace.Resolve(options.UndoPath, session.Database, Name);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        FixtureModels models = new(catalog);
        NaturalKeys keys = NaturalKeys.Of(catalog, options.NaturalKey);

        using NpgsqlTransaction transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        StagingArea staging = new(session, catalog, models, keys, path, context);
        staging.Fill();
        Defer(session, context.Cancellation);
        ResolvedRows rows = new(session, catalog, staging.Tables, context.Cancellation);
        ImportTargets targets = new(session, catalog, models, rows, options.OnMissingReference, path, context);
        new Identities(session, catalog, models, keys, rows, targets, new ImportProblems(path), context)
            .Resolve(takesRecovered: options.OnConflict == OnConflict.Replace, reserve: !options.WhatIf);
        rows.CreateViews();
        ImportChecks checks = new(session, path, context.Cancellation);
        checks.RequireDistinctKeys(rows.Tables);
        ImportConflicts conflicts = new(session, catalog, rows, options.OnConflict, path, context);
        conflicts.Settle();
        targets.Settle();
        checks.RequireNeededFields(rows.Tables, options.MissingField);

        using ChangeSet changes = new(session, Name, context.Cancellation);
        ImportReplacement replacement = new(session, catalog, rows, changes, context.Cancellation);
        ImportRun run = new(session, catalog, rows, changes, replacement, options, path, context);
        run.Plan(conflicts.WithReplaced);
        foreach (IChangeResult planned in options.WhatIf ? ImportPlan.Of(session, catalog, run, replacement, changes, options, context.Cancellation) : [])
            yield return planned;
        string? undoPath = null;
        bool changed = false;
        if (!options.WhatIf)
        {
            run.Apply();
            undoPath = undo is null ? null : changes.WriteUndo(undo);
            changed = run.AdvanceSequences() | Written(run, replacement) > 0;
            changes.Commit(transaction);
        }
        yield return Result(session, options, path, catalog, staging, run, replacement, targets.Skipped + conflicts.Skipped, changed, undoPath, watch, context);
    }

    private static ImportResult Result(
        Session session, ImportDatasetOptions options, string path, ReferenceCatalog catalog, StagingArea staging, ImportRun run, ImportReplacement replacement, long skipped, bool changed,
        string? undoPath, Stopwatch watch, OperationContext context)
    {
        long inserted = run.Models.Sum(m => m.Inserted);
        long updated = run.Models.Sum(m => m.Updated);
        long written = Written(run, replacement);
        StaleState stale = StaleState.Of(
            catalog,
            [.. run.Models.Where(m => m.Inserted + m.Updated + m.Added + m.Removed > 0).Select(m => m.Table.Model.Label)],
            [.. staging.Tables.Select(t => t.Model.Label)]);
        if (stale.What is not null && !options.WhatIf)
            context.Warning?.Invoke($"Rows were written without the application, which does not know of it: {stale.What}. Due: {stale.Commands}.");
        return new ImportResult(
            session.Server, session.Database, Name, path, changed, options.WhatIf ? 0 : written, written, staging.Objects,
            inserted, updated, staging.Objects - inserted - updated - skipped, skipped, replacement.Deleted, replacement.Repointed,
            run.Models.Sum(m => m.Added), run.Models.Sum(m => m.Removed), staging.Tables.Count, stale.What, stale.Commands, undoPath,
            Math.Round(watch.Elapsed.TotalSeconds, 3));
    }

    private static long Written(ImportRun run, ImportReplacement replacement) =>
        run.Models.Sum(m => m.Inserted + m.Updated + m.Added + m.Removed) + replacement.Deleted + replacement.Repointed;

    private static void Defer(Session session, CancellationToken cancellation)
    {
        session.Execute("set constraints all deferred", cancellation);
        // Triggers and the functions in defaults find their names where the application's do; our own are qualified.
        session.Execute("select set_config('search_path', (select reset_val from pg_settings where name = 'search_path'), true)", cancellation);
    }
}
