namespace DataOps.Core.Changes;

/// <summary>One changed value, or one inserted or deleted row.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Action">Insert, Update or Delete.</param>
/// <param name="Table">The table.</param>
/// <param name="Model">The model; null for a table that belongs to none.</param>
/// <param name="Key">The row's key, its columns joined by commas; the whole row where there is no key.</param>
/// <param name="Label">What a person calls the row, as it was; null for an inserted one, or where nothing names it.
/// </param>
/// <param name="Column">The changed column; null for an inserted or deleted row.</param>
/// <param name="OldValue">The value before; for a deleted row, the row as JSON; null for NULL.</param>
/// <param name="NewValue">The value afterwards; for an inserted row, the row as JSON; null for NULL.</param>
public sealed record RowChange(
    string Server, string Database, string Action, string Table, string? Model, string Key, string? Label,
    string? Column, string? OldValue, string? NewValue) : IChangeResult;
