namespace DataOps.Core.Features.Schema.Duplicates;

/// <summary>A result of Find-Duplicate to repair.</summary>
public sealed partial record DuplicateInput
{
    /// <summary>The server that it was found on.</summary>
    public string? Server { get; init; }

    /// <summary>The database that it was found in.</summary>
    public string? Database { get; init; }

    /// <summary>The table.</summary>
    public string? Table { get; init; }

    /// <summary>The columns that the rows share, joined by commas.</summary>
    public string? Column { get; init; }

    /// <summary>The values that they share; those of all groups when absent.</summary>
    public string? Value { get; init; }

    /// <summary>The keys of the rows; absent of a sum over several groups.</summary>
    public string? Keys { get; init; }

    /// <summary>The unique constraint or index that is missing.</summary>
    public string? Constraint { get; init; }
}
