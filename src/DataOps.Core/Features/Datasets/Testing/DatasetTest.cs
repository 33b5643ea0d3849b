namespace DataOps.Core.Features.Datasets.Testing;

/// <summary>The result of a test of a dataset file, and the sum of its load.</summary>
/// <param name="Server">The server; null without a database.</param>
/// <param name="Database">The database; null without one.</param>
/// <param name="Path">The file.</param>
/// <param name="IsLoadable">Whether the file can be loaded.</param>
/// <param name="Objects">Objects in the file, as far as it could be read.</param>
/// <param name="Models">Models in the file.</param>
/// <param name="WouldChange">
/// Rows that a load would write, many-to-many rows included; null without a plan, as all that follow.
/// </param>
/// <param name="WouldInsert">Rows that a load would insert.</param>
/// <param name="WouldUpdate">Rows that a load would update.</param>
/// <param name="WouldDelete">Rows that a load would delete.</param>
/// <param name="Unchanged">Rows that do not differ.</param>
/// <param name="Skipped">Objects that would be left out.</param>
/// <param name="Ignored">Objects left out by -Model, -Exclude or -IgnoreUnknown.</param>
/// <param name="Errors">The number of errors; the first hundred of a kind are findings.</param>
/// <param name="Warnings">The number of warnings.</param>
/// <param name="Missing">
/// Models and fields that the database lacks, and models with missing rows, joined by commas; null when there are none.
/// </param>
/// <param name="Duration">Seconds.</param>
public sealed record DatasetTest(
    string? Server,
    string? Database,
    string Path,
    bool IsLoadable,
    long Objects,
    int Models,
    long? WouldChange,
    long? WouldInsert,
    long? WouldUpdate,
    long? WouldDelete,
    long? Unchanged,
    long? Skipped,
    long Ignored,
    long Errors,
    long Warnings,
    string? Missing,
    double Duration) : IDatasetTestResult;
