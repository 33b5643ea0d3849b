namespace DataOps.Core.Features.Orphans;

/// <summary>A result of Find-Orphan to repair; without a key, as with Summary, all orphans of the reference.</summary>
public sealed partial record OrphanInput
{
    /// <summary>The server that it was found on.</summary>
    public string? Server { get; init; }

    /// <summary>The database that it was found in.</summary>
    public string? Database { get; init; }

    /// <summary>The table that refers.</summary>
    public string? Table { get; init; }

    /// <summary>The row's key as text.</summary>
    public string? Key { get; init; }

    /// <summary>The value of the reference; a row with another value by now is skipped.</summary>
    public string? Value { get; init; }

    /// <summary>The reference's name.</summary>
    public string? Reference { get; init; }
}
