namespace DataOps.Core.Features.Datasets.Testing;

/// <summary>Whether a dataset file can be loaded, and what would happen.</summary>
/// <param name="Server">The server; null without a database.</param>
/// <param name="Database">The database; null without one.</param>
/// <param name="Path">The file.</param>
/// <param name="IsLoadable">Whether nothing was found that keeps it from being loaded.</param>
/// <param name="Objects">Objects in the file, as far as it could be read.</param>
/// <param name="Models">Models in the file.</param>
/// <param name="WouldChange">Rows that a load would write, those of many-to-many tables included; null without a plan, as all that follow.</param>
/// <param name="WouldInsert">Rows that are not there.</param>
/// <param name="WouldUpdate">Rows that differ.</param>
/// <param name="WouldDelete">Rows of the database that would give way.</param>
/// <param name="Unchanged">Rows that are as in the file.</param>
/// <param name="Skipped">Objects that would be left out.</param>
/// <param name="Errors">How many things keep it from being loaded; the first hundred of a kind are findings.</param>
/// <param name="Warnings">How many warnings there are.</param>
/// <param name="Missing">
/// Models and fields that the database does not have, and models of which rows are missing, joined by commas; null when there are none.
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
    long Errors,
    long Warnings,
    string? Missing,
    double Duration) : IDatasetTestResult;
