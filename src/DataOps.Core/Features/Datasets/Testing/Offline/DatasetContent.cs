namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>What a dataset file holds of one model.</summary>
/// <param name="Server">Null: no database is asked.</param>
/// <param name="Database">Null: no database is asked.</param>
/// <param name="Path">The file.</param>
/// <param name="Model">The model.</param>
/// <param name="Objects">Objects of it.</param>
/// <param name="WithKey">Those that have a key.</param>
/// <param name="WithoutKey">Those that are known by their natural key alone.</param>
/// <param name="Line">The line of the first.</param>
public sealed record DatasetContent(
    string? Server,
    string? Database,
    string Path,
    string Model,
    long Objects,
    long WithKey,
    long WithoutKey,
    long Line) : IDatasetTestResult;
