using DataOps.Core.Features.Datasets.Testing;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What a load did, or would do.</summary>
public sealed record ImportResult : ChangeResult
{
    /// <summary>The file.</summary>
    public string Path { get; init; } = "";

    /// <summary>Models in the file.</summary>
    public int Models { get; init; }

    /// <summary>Objects in the file.</summary>
    public long Objects { get; init; }

    /// <summary>Rows that were as in the file, and were not written.</summary>
    public long Unchanged { get; init; }

    /// <summary>Objects left out, by OnConflict or OnMissingReference.</summary>
    public long Skipped { get; init; }

    /// <summary>Rows that referred to deleted ones and now refer to the file's, or to nothing.</summary>
    public long Repointed { get; init; }

    /// <summary>Entries added to many-to-many lists.</summary>
    public long ManyToManyAdded { get; init; }

    /// <summary>Entries removed from many-to-many lists.</summary>
    public long ManyToManyRemoved { get; init; }
}

/// <summary>What a load would change of one model.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Model">The model.</param>
/// <param name="Table">Its table.</param>
/// <param name="Objects">Objects in the file.</param>
/// <param name="Insert">Rows that are not there.</param>
/// <param name="Update">Rows that differ.</param>
/// <param name="Unchanged">Rows that are as in the file.</param>
/// <param name="Delete">Rows that the file's specs take away, and what depends on those.</param>
/// <param name="ManyToManyAdd">Entries to add to many-to-many lists.</param>
/// <param name="ManyToManyRemove">Entries to remove from many-to-many lists.</param>
public sealed record ModelPlan(
    string Server,
    string Database,
    string Model,
    string Table,
    long Objects,
    long Insert,
    long Update,
    long Unchanged,
    long Delete,
    long ManyToManyAdd,
    long ManyToManyRemove) : IChangeResult, IDatasetTestResult;
