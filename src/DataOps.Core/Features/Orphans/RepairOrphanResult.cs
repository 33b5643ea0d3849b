using DataOps.Core.Django.References;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Orphans;

/// <summary>What a repair did, or would do.</summary>
public sealed record RepairOrphanResult : ChangeResult
{
    /// <summary>Orphans repaired; a row with two references without a target counts twice.</summary>
    public long Orphans { get; init; }

    /// <summary>Orphans that were named and left alone, for reasons that a warning tells.</summary>
    public long Skipped { get; init; }

    /// <summary>Transactions.</summary>
    public int Batches { get; init; }
}

/// <summary>What a repair does to the orphans of one reference.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Class">The class of the reference.</param>
/// <param name="Table">The table that refers.</param>
/// <param name="Model">Its model; null for a table that belongs to none.</param>
/// <param name="Column">The column that refers.</param>
/// <param name="References">The table referred to, where it is known.</param>
/// <param name="Orphans">Its orphans.</param>
/// <param name="Action">What becomes of them; null where nobody has said.</param>
/// <param name="Choices">The actions that suit, joined by commas.</param>
/// <param name="Reference">The reference's name.</param>
public sealed record OrphanPlan(
    string Server, string Database, ReferenceClass Class, string Table, string? Model, string Column, string? References, long Orphans, OrphanAction? Action,
        string Choices, string Reference) : IChangeResult;
