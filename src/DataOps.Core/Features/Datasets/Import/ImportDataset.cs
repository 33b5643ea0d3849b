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
public sealed partial record ImportDatasetOptions : LoadOptions;

/// <summary>Brings a dataset file's rows into a database: inserts or updates what differs, in one transaction, or changes nothing.</summary>
/// <remarks>
/// A row is known by its key, or by its natural key where the file has no other; content types and permissions always by their natural keys, and what refers
/// to them follows. What would change is computed first, and the same plan is applied.
/// </remarks>
[Operation("Import", "Dataset")]
public sealed class ImportDataset : Operation<ImportDatasetOptions, IChangeResult>
{
    private const string Name = "Import-Dataset";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">
    /// The file or a value in it is broken, a name is unknown, a reference has no target: each with its line, and nothing is loaded.
    /// </exception>
    protected override IEnumerable<IChangeResult> Execute(Session session, ImportDatasetOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string? undo = UndoPlace.Of(options, session.Database, Name);
        FixtureFile file = FixtureFile.Of(options.Path, options.Format);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference, withEmbedded: false);
        using NpgsqlTransaction transaction = session.Connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        using ChangeSet changes = new(session, Name, context.Cancellation);
        DatasetLoad load = new LoadStages(session, catalog, file, options, changes, context).Plan();
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
        if (load.Staged.Specs.Snapshot is not { } snapshot)
            return;
        try
        {
            loads.Remember(load.Staged.Specs.All.Select(s => s.File), snapshot, options.AllowOlder);
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

/// <summary>What becomes of a row of the target that is in the way of a row of the file.</summary>
public enum OnConflict
{
    /// <summary>
    /// A row with the same key gets the file's values; another row that holds a unique value of the file's row is named, and nothing is loaded.
    /// </summary>
    Update,

    /// <summary>As Update, but a row that holds a unique value of the file's row gives way to it, and what referred to it refers to the file's row.</summary>
    Replace,

    /// <summary>The target's row stays as it is, and the file's is left out; what in the file refers to it refers to the row that stays.</summary>
    Skip,

    /// <summary>As Update, but where another row holds a unique text of the file's row, the file's row gets it with -2, -3 and so on behind it.</summary>
    Suffix,

    /// <summary>A row that is there already and differs is named, and nothing is loaded.</summary>
    Fail,
}

/// <summary>What becomes of a field that an object of the file lacks.</summary>
public enum MissingField
{
    /// <summary>A row that is there keeps its value; a new one takes the column's default, or NULL, or is refused.</summary>
    Keep,

    /// <summary>
    /// As Django's loader does, which knows the defaults that models have in Python: the column's default, or NULL, or an empty value of its type, in rows
    /// that are there too.
    /// </summary>
    Default,
}
