using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Options of <see cref="ImportDataset"/>.</summary>
public sealed partial record ImportDatasetOptions : LoadOptions;

/// <summary>
/// Imports the rows of a dataset file: inserts and updates what differs, in one transaction, or changes nothing.
/// </summary>
/// <remarks>
/// A row is known by its key, or by its natural key where the file has no other; content types and permissions always
/// by their natural keys, and what refers to them follows. What would change is computed first, and the same plan is
/// applied.
/// </remarks>
[Operation("Import", "Dataset")]
public sealed class ImportDataset : Operation<ImportDatasetOptions, IChangeResult>
{
    private const string Name = "Import-Dataset";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">
    /// The file or a value in it is broken, a name is unknown, a reference has no target: each with its line, and
    /// nothing is loaded.
    /// </exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, ImportDatasetOptions options, OperationContext context)
    {
        ChangeWay way = ChangeWay.For(session, Name, options);
        FixtureFile file = FixtureFile.Of(options.Path, options.Format);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference, withEmbedded: false);
        MissingStatistics.Make(session, catalog.Database, options, context);
        using LoadStages stages = new(session, catalog, file, options, context);
        StagedFile staged = stages.Stage();
        using ChangeRun change = new(session, catalog, Name, way, context, ahead: staged.Targets);
        DatasetLoad load = stages.Plan(staged, change.Changes);
        if (options.WhatIf || options.Detailed)
            foreach (IChangeResult planned in ImportPlan.Of(
                session, catalog, load, change.Changes, options, context.Cancellation))
                yield return planned;
        // The plan shows what would be deleted; the load is refused all the same.
        foreach (DeletionExcess excess in load.Deletion.Excesses)
            throw excess.Refusal(file.Name);
        change.Last(load.Run.AdvanceSequences);
        LastLoads loads = new(session, context.Cancellation);
        Afterwards stale = Afterwards.Of(
            catalog,
            [.. load.Run.Models.Where(m => m.Inserted + m.Updated + m.Added + m.Removed > 0).Select(
                m => m.Table.Model.Label)],
            [.. load.Run.Models.Select(m => m.Table.Model.Label)]);
        ChangeResult done = change.Finish(load.Run.Apply, stale);
        if (!options.WhatIf)
            Remember(loads, load, options, context);
        yield return done.With(new ImportResult
        {
            Path = file.Path,
            Models = load.Run.Models.Count,
            Objects = load.Objects,
            Unchanged = load.Unchanged,
            Skipped = load.Skipped,
            Ignored = load.Staged.Ignored,
            Unknown = load.Staged.Unknown,
            Repointed = load.Changed,
            ManyToManyAdded = load.Run.Models.Sum(m => m.Added),
            ManyToManyRemoved = load.Run.Models.Sum(m => m.Removed),
        }) with
        {
            Count = options.WhatIf ? 0 : load.Written, WouldChange = load.Written, Deleted = load.Deleted,
            Updated = load.Updated, Inserted = load.Inserted,
        };
    }

    private static void Remember(
        LastLoads loads, DatasetLoad load, ImportDatasetOptions options, OperationContext context)
    {
        if (load.Staged.Specs.Snapshot is not { } snapshot)
            return;
        try
        {
            loads.Remember(load.Staged.Specs.All.Select(s => s.File), snapshot, options.AllowOlder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DataOpsException)
        {
            context.Warning?.Invoke(
                $"The file was loaded, but an older one would not be refused later: {LastLoads.Folder} could not be "
                    + $"written: {e.Message}");
        }
    }
}

/// <summary>What tells that a row of a file and one of the database are the same.</summary>
public enum RowMatch
{
    /// <summary>
    /// The key; the natural key for content types, permissions and rows without a key.
    /// </summary>
    Key,

    /// <summary>
    /// The natural key, whatever key the row has in the file, as for the file of another site: a row that is not there
    /// keeps its key where that is free, and what refers to it in the file follows.
    /// </summary>
    NaturalKey,
}

/// <summary>What to do with a row of the database that has the key or a unique value of a row of the file.</summary>
public enum OnConflict
{
    /// <summary>
    /// Update the row with the same key; refuse where another row has a unique value of the file's row.
    /// </summary>
    Update,

    /// <summary>
    /// As Update, but delete another row that has a unique value of the file's row, and repoint its references to the
    /// file's row.
    /// </summary>
    Replace,

    /// <summary>
    /// Keep the row of the database and leave out the file's row; references to it in the file are repointed to the
    /// kept row.
    /// </summary>
    Skip,

    /// <summary>As Update, but append -2, -3 … to a unique text of the file's row that another row has.</summary>
    Suffix,

    /// <summary>Refuse where a row exists already and differs.</summary>
    Fail,
}

/// <summary>What to do with a field that an object of the file lacks.</summary>
public enum MissingField
{
    /// <summary>
    /// Keep the value of an existing row; a new row gets the column's default or NULL, or is refused.
    /// </summary>
    Keep,

    /// <summary>
    /// Write the model's default as far as it is known, else the column's, NULL or an empty text, into existing rows
    /// too, as loaddata does; refuse a new row where none is known.
    /// </summary>
    Default,
}
