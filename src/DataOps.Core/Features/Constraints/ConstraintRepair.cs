namespace DataOps.Core.Features.Constraints;

/// <summary>How PostgreSQL is made to enforce a reference.</summary>
public enum ConstraintAction : long
{
    /// <summary>Add the missing constraint.</summary>
    Add,

    /// <summary>Validate a constraint that is NOT VALID.</summary>
    Validate,

    /// <summary>Enable the triggers of a constraint.</summary>
    Enable,
}

/// <summary>The state of a repair.</summary>
public enum ConstraintStatus : long
{
    /// <summary>The repair would be done.</summary>
    Planned,

    /// <summary>
    /// The column looks like a reference and all its rows have a target; name it with -Reference to add the constraint.
    /// </summary>
    Suggested,

    /// <summary>The repair is done.</summary>
    Done,

    /// <summary>The repair is not possible; Note says why.</summary>
    Refused,
}

/// <summary>A foreign key that is missing or not enforced, and its repair.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Action">Add, Validate or Enable.</param>
/// <param name="Status">Planned, Suggested, Done or Refused.</param>
/// <param name="Table">The referencing table.</param>
/// <param name="Model">Its model, or the model of the many-to-many field; null for other tables.</param>
/// <param name="Column">The referencing columns, joined by commas.</param>
/// <param name="References">The referenced table.</param>
/// <param name="TargetColumn">The referenced columns, joined by commas.</param>
/// <param name="Reference">The reference's name, as Get-Reference has it.</param>
/// <param name="Constraint">The constraint's name, as Django generates it.</param>
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

/// <summary>The sum of a repair of constraints.</summary>
public sealed record RepairConstraintResult : ChangeResult
{
    /// <summary>Columns that look like references, whose rows all have a target, and that were not named.</summary>
    public long Suggested { get; init; }

    /// <summary>Constraints that cannot be added or validated.</summary>
    public long Refused { get; init; }

    /// <summary>Attempts that failed because another session held a lock.</summary>
    public long Retries { get; init; }
}
