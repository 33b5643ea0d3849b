namespace DataOps.Core.Kernel;

// The enumerations of results are of long: PowerShell's ConvertTo-Json writes those by name, and others by number.

/// <summary>How bad a finding is.</summary>
public enum Severity : long
{
    /// <summary>Breaks the application, or a dump and its load.</summary>
    Error,

    /// <summary>Will break something one day.</summary>
    Warning,

    /// <summary>History, by design; shown only when asked for.</summary>
    Expected,
}

/// <summary>The class of a finding that any audit can have.</summary>
public enum AuditProblem : long
{
    /// <summary>The check could not be completed: what it would have found is not known.</summary>
    CheckFailed,
}

/// <summary>What every audit emits: one thing that is wrong, or several of a kind; what, where, how bad, and what to do.</summary>
/// <remarks>Its properties have the names of the parameters of the cmdlets that take it: Table, Model, Key, Reference.</remarks>
public record Finding
{
    /// <summary>The server; null for what was looked at without one.</summary>
    public string? Server { get; init; }

    /// <summary>The database; null without one.</summary>
    public string? Database { get; init; }

    /// <summary>Error, Warning or Expected.</summary>
    public Severity Severity { get; init; }

    /// <summary>The audit that found it; null for a finding in a dataset file.</summary>
    public Audit? Audit { get; init; }

    /// <summary>What kind of thing: a value of the audit's own enumeration, as <c>TreeProblem.Slug</c>; null where an error's id tells.</summary>
    public Enum? Class { get; init; }

    /// <summary>Rows that it is about; 1 where it is about none.</summary>
    public long Count { get; init; } = 1;

    /// <summary>The model; null for what belongs to none.</summary>
    public string? Model { get; init; }

    /// <summary>The table; null where it is about none.</summary>
    public string? Table { get; init; }

    /// <summary>The row's key as text, the parts of a composite key joined by commas, ctid where there is no key; null for several rows.</summary>
    public string? Key { get; init; }

    /// <summary>The column, or several joined by commas.</summary>
    public string? Column { get; init; }

    /// <summary>What stands in the column.</summary>
    public string? Value { get; init; }

    /// <summary>What is wrong, as a sentence.</summary>
    public string Problem { get; init; } = "";

    /// <summary>The command or statement that shows more of it or mends it; null where only a person can say.</summary>
    public string? Remedy { get; init; }

    /// <summary>What should; null for NULL, or where only a person can say.</summary>
    public string? Expected { get; init; }

    /// <summary>The table referred to, or several joined by commas, where a reference is wrong.</summary>
    public string? References { get; init; }

    /// <summary>The reference's name: the constraint's, or else table.column.</summary>
    public string? Reference { get; init; }

    /// <summary>The finding without what only its audit knows of it, for a report over several.</summary>
    internal Finding Plain() => GetType() == typeof(Finding) ? this : new(this);
}
