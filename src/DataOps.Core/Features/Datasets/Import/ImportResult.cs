using DataOps.Core.Features.Datasets.Testing;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>The sum of a load.</summary>
public sealed record ImportResult : ChangeResult
{
    /// <summary>The file.</summary>
    public string Path { get; init; } = "";

    /// <summary>Models in the file.</summary>
    public int Models { get; init; }

    /// <summary>Objects in the file.</summary>
    public long Objects { get; init; }

    /// <summary>Rows that did not differ and were not written.</summary>
    public long Unchanged { get; init; }

    /// <summary>Objects left out because of OnConflict or OnMissingReference.</summary>
    public long Skipped { get; init; }

    /// <summary>Objects left out by -Model, -Exclude or -IgnoreUnknown.</summary>
    public long Ignored { get; init; }

    /// <summary>
    /// Models and fields that the database lacks and -IgnoreUnknown left out, joined by commas; null when there are
    /// none.
    /// </summary>
    public string? Unknown { get; init; }

    /// <summary>Rows that referenced deleted rows, and now reference rows of the file or NULL.</summary>
    public long Repointed { get; init; }

    /// <summary>Rows added to many-to-many tables.</summary>
    public long ManyToManyAdded { get; init; }

    /// <summary>Rows deleted from many-to-many tables.</summary>
    public long ManyToManyRemoved { get; init; }
}

/// <summary>The plan of a load for one model.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Model">The model.</param>
/// <param name="Table">Its table.</param>
/// <param name="Objects">Objects in the file.</param>
/// <param name="Insert">Rows to insert.</param>
/// <param name="Update">Rows to update.</param>
/// <param name="Unchanged">Rows that do not differ.</param>
/// <param name="Delete">Rows to delete because of the file's specs, dependent rows included.</param>
/// <param name="ManyToManyAdd">Rows to add to many-to-many tables.</param>
/// <param name="ManyToManyRemove">Rows to delete from many-to-many tables.</param>
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
