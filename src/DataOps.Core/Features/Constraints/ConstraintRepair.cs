using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Constraints;

/// <summary>What makes a reference one that PostgreSQL enforces.</summary>
public enum ConstraintAction : long
{
    /// <summary>There is no constraint: add it.</summary>
    Add,

    /// <summary>There is one that is NOT VALID: let PostgreSQL check the rows that were there before it.</summary>
    Validate,

    /// <summary>There is one whose triggers are disabled: enable them.</summary>
    Enable,
}

/// <summary>What became of it.</summary>
public enum ConstraintStatus : long
{
    /// <summary>It would be done.</summary>
    Planned,

    /// <summary>The column looks like a reference and all its rows have a target; it is done when it is named.</summary>
    Suggested,

    /// <summary>It is done.</summary>
    Done,

    /// <summary>It cannot be done as things are.</summary>
    Refused,
}

/// <summary>A foreign key that is missing, or that PostgreSQL does not enforce, and what becomes of it.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Action">Add, Validate or Enable.</param>
/// <param name="Status">Planned, Suggested, Done or Refused.</param>
/// <param name="Table">The table that refers.</param>
/// <param name="Model">Its model, or the model that owns the many-to-many list; null for other tables.</param>
/// <param name="Column">The columns that refer, joined by commas.</param>
/// <param name="References">The table referred to.</param>
/// <param name="TargetColumn">The columns referred to, joined by commas.</param>
/// <param name="Reference">The reference's name, as Get-Reference has it.</param>
/// <param name="Constraint">The constraint's name, as Django makes it.</param>
/// <param name="Orphans">Rows whose reference has no target.</param>
/// <param name="Changed">Whether the database was changed.</param>
/// <param name="Sql">The statements, joined by semicolons.</param>
/// <param name="Note">Why, or what to do.</param>
public sealed record ConstraintRepair(
    string Server,
    string Database,
    ConstraintAction Action,
    ConstraintStatus Status,
    string Table,
    string? Model,
    string Column,
    string References,
    string TargetColumn,
    string Reference,
    string Constraint,
    long Orphans,
    bool Changed,
    string Sql,
    string? Note) : IChangeResult;

/// <summary>What repairing constraints did, or would do.</summary>
public sealed record RepairConstraintResult : ChangeResult
{
    /// <summary>Columns that look like references, hold, and were not named.</summary>
    public long Suggested { get; init; }

    /// <summary>Constraints that cannot be had as things are.</summary>
    public long Refused { get; init; }

    /// <summary>Attempts that came to nothing because somebody else was in the way.</summary>
    public long Retries { get; init; }
}
