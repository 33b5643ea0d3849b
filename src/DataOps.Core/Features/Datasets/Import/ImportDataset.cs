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
        return new ImportResult(
            session.Server, session.Database, Name, file.Path, changed, options.WhatIf ? 0 : load.Written, load.Written, load.Objects,
            load.Inserted, load.Updated, load.Objects - load.Inserted - load.Updated - load.Skipped, load.Skipped, load.Deleted, load.Changed,
            load.Run.Models.Sum(m => m.Added), load.Run.Models.Sum(m => m.Removed), load.Run.Models.Count, stale.What, stale.Commands, undoPath,
            Math.Round(watch.Elapsed.TotalSeconds, 3));
    }
}
