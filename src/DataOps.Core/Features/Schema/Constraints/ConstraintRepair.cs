namespace DataOps.Core.Features.Schema.Constraints;

/// <summary>How PostgreSQL is made to enforce a constraint, or to use an index.</summary>
public enum ConstraintAction : long
{
    /// <summary>Add what is missing.</summary>
    Add,

    /// <summary>Validate a constraint that is NOT VALID.</summary>
    Validate,

    /// <summary>Enable the triggers of a foreign key.</summary>
    Enable,

    /// <summary>Build an index anew that is not valid.</summary>
    Rebuild,

    /// <summary>Drop what an interrupted run has left: it enforces nothing.</summary>
    Drop,
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

/// <summary>A constraint or an index that is missing or not valid, and its repair.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Kind">What it is; Column for NOT NULL.</param>
/// <param name="Action">Add, Validate, Enable, Rebuild or Drop.</param>
/// <param name="Status">Planned, Suggested, Done or Refused.</param>
/// <param name="Table">Its table.</param>
/// <param name="Model">Its model, or the model of the many-to-many field; null for other tables.</param>
/// <param name="Column">Its columns, joined by commas.</param>
/// <param name="References">The referenced table of a foreign key; otherwise null.</param>
/// <param name="TargetColumn">The referenced columns, joined by commas; null without a foreign key.</param>
/// <param name="Reference">The reference's name, as Get-Reference has it; null where it has none.</param>
/// <param name="Constraint">The name of the constraint or the index.</param>
/// <param name="Violations">Rows that violate it; of a unique one, the rows that share their values.</param>
/// <param name="Changed">Whether the database was changed.</param>
/// <param name="Sql">The statements, joined by semicolons.</param>
/// <param name="Undo">The statement by which Undo-Change takes it back; null where it stays.</param>
/// <param name="Note">Why, or what to do.</param>
public sealed record ConstraintRepair(
    string Server,
    string Database,
    SchemaObjectKind Kind,
    ConstraintAction Action,
    ConstraintStatus Status,
    string Table,
    string? Model,
    string Column,
    string? References,
    string? TargetColumn,
    string? Reference,
    string Constraint,
    long Violations,
    bool Changed,
    string Sql,
    string? Undo,
    string? Note) : IChangeResult
{
    internal IReadOnlyList<SqlText> Statements { get; init; } = [];
}

/// <summary>
/// A row, or the value that several share, by which a constraint is violated: of each constraint the first 100.
/// </summary>
public sealed record ConstraintViolation : Finding, IChangeResult
{
    /// <summary>The name of the constraint or the index.</summary>
    public string Constraint { get; init; } = "";

    string IChangeResult.Server => Server!;

    string IChangeResult.Database => Database!;
}

/// <summary>A line of a script.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Text">The line.</param>
public sealed record ConstraintScript(string Server, string Database, string Text) : IChangeResult, IScriptLine;

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
