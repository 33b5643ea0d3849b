using System.Diagnostics;
using DataOps.Core.Changes;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.References;
using DataOps.Core.Files;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What <see cref="ImportDataset"/> loads, and how.</summary>
public sealed record ImportDatasetOptions : ChangeOptions
{
    /// <summary>
    /// The file: Django's JSON, JSONL, XML or YAML, or one of feincms3-data; compressed with gzip, bzip2, xz or zip or not; - for the standard input.
    /// </summary>
    public string Path { get; init; } = "";

    /// <summary>The file's format; by its ending or its content when absent.</summary>
    public DatasetFormat? Format { get; init; }

    /// <summary>JSON fields whose texts are the JSON of Wagtail's StreamFields, as app.model.field; without it, texts of lists of blocks are.</summary>
    public IReadOnlyList<string> StreamField { get; init; } = [];

    /// <summary>JSON fields whose texts are texts, whatever they look like, as app.model.field.</summary>
    public IReadOnlyList<string> JsonField { get; init; } = [];

    /// <summary>
    /// Natural keys that the application defines, besides those of Django, Wagtail and taggit: blog.author=slug, with several fields
    /// blog.post=slug+author.name; nothing behind the sign for a model that has none.
    /// </summary>
    public IReadOnlyList<string> NaturalKey { get; init; } = [];

    /// <summary>References that Django keeps without a constraint and the column's name does not tell, as table.column=target_table.</summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>What to do about rows of the database that are in the way of the file's.</summary>
    public OnConflict OnConflict { get; init; }

    /// <summary>
    /// What to do about references whose target is neither in the file nor in the database; by default they are listed, and nothing is loaded.
    /// </summary>
    public OnMissingReference? OnMissingReference { get; init; }

    /// <summary>
    /// The most that specs of the file may delete: a number of rows, or a percentage of the rows in each one's scope, as 10%; 50% when absent.
    /// </summary>
    public string? MaxDelete { get; init; }

    /// <summary>Let a file delete although a newer one has been loaded with the same specs.</summary>
    public bool AllowOlder { get; init; }

    /// <summary>What to do about rows that depend on rows to be deleted, where nothing tells what the application would do.</summary>
    public OnDependent OnDependent { get; init; }

    /// <summary>What to do about fields that an object of the file lacks.</summary>
    public MissingField MissingField { get; init; }
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
    /// <exception cref="DataOpsException">
    /// The file or a value in it is broken, a name is unknown, a reference has no target: each with its line, and nothing is loaded.
    /// </exception>
    public IEnumerable<IChangeResult> Run(Session session, ImportDatasetOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? undo = UndoPlace.Of(options, session.Database, Name);
        FixtureFile file = FixtureFile.Of(options.Path, options.Format);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference, withEmbedded: false);
        using NpgsqlTransaction transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        using ChangeSet changes = new(session, Name, context.Cancellation);
        DatasetLoad load = DatasetLoad.Plan(session, catalog, file, options, changes, context);
        foreach (DeletionExcess excess in load.Deletion.Excesses)
            context.Warning?.Invoke($"{excess.What}: the import needs {excess.Needed}.");
        if (options.WhatIf || options.Detailed)
            foreach (IChangeResult planned in ImportPlan.Of(session, catalog, load, changes, options, context.Cancellation))
                yield return planned;
        string? undoPath = null;
        bool changed = false;
        if (!options.WhatIf)
        {
            load.Run.Apply();
            undoPath = undo is null ? null : changes.WriteUndo(undo);
            changed = load.Run.AdvanceSequences() | load.Written > 0;
            LastLoads loads = new(session, context.Cancellation);
            changes.Commit(transaction);
            Remember(loads, load, options, context);
        }
        yield return Result(session, catalog, load, file, options, changed, undoPath, watch, context);
    }

    private static void Remember(LastLoads loads, DatasetLoad load, ImportDatasetOptions options, OperationContext context)
    {
        if (load.Specs.Snapshot is not { } snapshot)
            return;
        try
        {
            loads.Remember(load.Specs.All.Select(s => s.File), snapshot, options.AllowOlder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DataOpsException)
        {
            context.Warning?.Invoke($"The file was loaded, but an older one will not be known as such: {LastLoads.Folder} could not be written: {e.Message}");
        }
    }

    private static ImportResult Result(
        Session session,
        ReferenceCatalog catalog,
        DatasetLoad load,
        FixtureFile file,
        ImportDatasetOptions options,
        bool changed,
        string? undoPath,
        Stopwatch watch,
        OperationContext context)
    {
        Afterwards stale = Afterwards.Of(
            catalog,
            [.. load.Run.Models.Where(m => m.Inserted + m.Updated + m.Added + m.Removed > 0).Select(m => m.Table.Model.Label)],
            [.. load.Run.Models.Select(m => m.Table.Model.Label)]);
        if (!options.WhatIf)
            stale.Warn(context);
        return new ImportResult
        {
            Server = session.Server,
            Database = session.Database,
            Operation = Name,
            Changed = changed,
            Count = options.WhatIf ? 0 : load.Written,
            WouldChange = load.Written,
            Deleted = load.Deleted,
            Updated = load.Updated,
            Inserted = load.Inserted,
            Stale = stale.What,
            Afterwards = stale.Commands,
            UndoPath = undoPath,
            Duration = Math.Round(watch.Elapsed.TotalSeconds, 3),
            Path = file.Path,
            Models = load.Run.Models.Count,
            Objects = load.Objects,
            Unchanged = load.Objects - load.Inserted - load.Updated - load.Skipped,
            Skipped = load.Skipped,
            Repointed = load.Changed,
            ManyToManyAdded = load.Run.Models.Sum(m => m.Added),
            ManyToManyRemoved = load.Run.Models.Sum(m => m.Removed),
        };
    }
}
