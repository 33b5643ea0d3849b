namespace DataOps.Core.Kernel;

// The enumerations of results are of long: PowerShell's ConvertTo-Json writes those by name, and others by number.

/// <summary>The severity of a finding.</summary>
public enum Severity : long
{
    /// <summary>Breaks the application, or a dump and its load.</summary>
    Error,

    /// <summary>May break the application or a load later.</summary>
    Warning,

    /// <summary>History that outlives its target by design; reported on request only.</summary>
    Expected,
}

/// <summary>The class of a finding that any audit can have.</summary>
public enum AuditProblem : long
{
    /// <summary>The check could not be completed.</summary>
    CheckFailed,

    /// <summary>Whether a row is there cannot be told, as the table of its model is not known.</summary>
    Unchecked,
}

/// <summary>What has become of a finding since an earlier audit.</summary>
public enum FindingChange : long
{
    /// <summary>The earlier audit did not have it.</summary>
    New,

    /// <summary>The earlier audit had it with fewer rows.</summary>
    Grown,

    /// <summary>The earlier audit had it.</summary>
    Known,

    /// <summary>Only the earlier audit had it.</summary>
    Gone,
}

/// <summary>A result that may be a problem.</summary>
public interface IJudged
{
    /// <summary>How severe it is; null where there is no problem.</summary>
    Severity? Severity { get; }
}

/// <summary>A problem that an audit found, or several of one kind: what, where, how severe, and what to do.</summary>
/// <remarks>
/// Its properties have the names of the parameters of the cmdlets that take it: Table, Model, Key, Reference.
/// </remarks>
public record Finding : IJudged, IOfSchema
{
    /// <summary>The server; null where none was connected.</summary>
    public string? Server { get; init; }

    /// <summary>The database; null where none was connected.</summary>
    public string? Database { get; init; }

    /// <summary>The schema of the site, where -Schema asks for several; otherwise null.</summary>
    public string? Schema { get; init; }

    IOfSchema IOfSchema.InSchema(string schema) => this with { Schema = schema };

    /// <summary>Error, Warning or Expected.</summary>
    public Severity Severity { get; init; }

    Severity? IJudged.Severity => Severity;

    /// <summary>The audit that found it; null for a finding in a dataset file.</summary>
    public Audit? Audit { get; init; }

    /// <summary>
    /// The kind of problem: a value of the audit's own enumeration, as <c>TreeProblem.Slug</c>; null where there is an
    /// error id.
    /// </summary>
    public Enum? Class { get; init; }

    /// <summary>The number of rows with the problem; 1 where it concerns no row.</summary>
    public long Count { get; init; } = 1;

    /// <summary>The model; null where there is none.</summary>
    public string? Model { get; init; }

    /// <summary>The table; null where there is none.</summary>
    public string? Table { get; init; }

    /// <summary>
    /// The row's key as text, the parts of a composite key joined by commas, ctid where there is no key; null for
    /// several rows.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// What a person calls the row: a page's title and address, a user's name, a tag; of several rows the first three,
    /// as <c>64 (Hof /home/hof/), 71 (Brot /home/brot/), 80, …</c>; null where nothing names it.
    /// </summary>
    public string? Label { get; init; }

    /// <summary>The column, or several joined by commas.</summary>
    public string? Column { get; init; }

    /// <summary>The value of the column; the name of an index, a migration or a definition that is wrong.</summary>
    public string? Value { get; init; }

    /// <summary>The problem, as a sentence.</summary>
    public string Problem { get; init; } = "";

    /// <summary>The command or statement that shows or repairs it; null where a person has to decide.</summary>
    public string? Remedy { get; init; }

    /// <summary>The value that the column should have; null for NULL, or where a person has to decide.</summary>
    public string? Expected { get; init; }

    /// <summary>The referenced table, or several joined by commas.</summary>
    public string? References { get; init; }

    /// <summary>The reference's name: that of the constraint, otherwise table.column.</summary>
    public string? Reference { get; init; }

    /// <summary>What has become of it since the audit of -Baseline; null without one.</summary>
    public FindingChange? Change { get; init; }

    /// <summary>
    /// When an audit with that -Baseline has found it first, in UTC; null without one, and where that is not known, as
    /// an older version wrote the baseline.
    /// </summary>
    public DateTime? FirstSeen { get; init; }

    /// <summary>The keys of the first rows, of a finding over several.</summary>
    internal FirstRows? FirstRows { get; init; }

    /// <summary>The finding without what only its audit knows of it, for a report over several.</summary>
    internal Finding Plain() => GetType() == typeof(Finding) ? this : new(this);
}
