namespace DataOps.Core.Features.Orphans;

/// <summary>The sum of a repair.</summary>
public sealed record RepairOrphanResult : ChangeResult
{
    /// <summary>Orphans repaired; a row with two references without a target counts twice.</summary>
    public long Orphans { get; init; }

    /// <summary>Named orphans that were skipped; a warning says why.</summary>
    public long Skipped { get; init; }

    /// <summary>Transactions.</summary>
    public int Batches { get; init; }
}

/// <summary>The plan of a repair for the orphans of one reference.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Class">The class of the reference.</param>
/// <param name="Table">The referencing table.</param>
/// <param name="Model">Its model; null for a table that belongs to none.</param>
/// <param name="Column">The referencing column.</param>
/// <param name="References">The referenced table, where it is known.</param>
/// <param name="Orphans">The number of orphans.</param>
/// <param name="Action">The action; null where none is chosen.</param>
/// <param name="Choices">The possible actions, joined by commas.</param>
/// <param name="Reference">The reference's name.</param>
public sealed record OrphanPlan(
    string Server, string Database, ReferenceClass Class, string Table, string? Model, string Column,
    string? References, long Orphans, OrphanAction? Action,
        string Choices, string Reference) : IChangeResult;
