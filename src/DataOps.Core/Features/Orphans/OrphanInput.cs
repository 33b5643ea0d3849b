namespace DataOps.Core.Features.Orphans;

/// <summary>What a repair takes of a result of Find-Orphan; without a key all orphans of the reference, as a result with Summary names them.</summary>
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

    /// <summary>What the row referred to; where it refers to something else by now, it is left alone.</summary>
    public string? Value { get; init; }

    /// <summary>The reference's name.</summary>
    public string? Reference { get; init; }
}
