using DataOps.Core.Kernel;

namespace DataOps.Core.Changes;

/// <summary>One thing that happens to a row: a column that gets another value, or a row that comes or goes.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Action">Insert, Update or Delete.</param>
/// <param name="Table">The table.</param>
/// <param name="Model">The model; null for a table that belongs to none.</param>
/// <param name="Key">The row's key; several columns joined by commas; without a key the whole row.</param>
/// <param name="Column">The column that changes; null when the row comes or goes.</param>
/// <param name="OldValue">Its value before; for a row that goes, the row as JSON; null for NULL.</param>
/// <param name="NewValue">Its value afterwards; for a row that comes, the row as JSON; null for NULL.</param>
public sealed record RowChange(
    string Server, string Database, string Action, string Table, string? Model, string Key, string? Column, string? OldValue, string? NewValue) : IChangeResult;
