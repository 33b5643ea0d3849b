namespace DataOps.Core.Features.Audits;

/// <summary>A result of Test-Database that another command takes, by the texts of its properties.</summary>
public sealed partial record FindingInput
{
    /// <summary>The server that it was found on.</summary>
    public string? Server { get; init; }

    /// <summary>The database that it was found in.</summary>
    public string? Database { get; init; }

    /// <summary>The schema of the site.</summary>
    public string? Schema { get; init; }

    /// <summary>The severity.</summary>
    public string? Severity { get; init; }

    /// <summary>The audit that found it.</summary>
    public string? Audit { get; init; }

    /// <summary>The kind of problem.</summary>
    public string? Class { get; init; }

    /// <summary>The number of rows.</summary>
    public string? Count { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The table.</summary>
    public string? Table { get; init; }

    /// <summary>The row's key.</summary>
    public string? Key { get; init; }

    /// <summary>What a person calls the row.</summary>
    public string? Label { get; init; }

    /// <summary>The column.</summary>
    public string? Column { get; init; }

    /// <summary>The value of the column, or what tells it from others at its place.</summary>
    public string? Value { get; init; }

    /// <summary>What the value should be.</summary>
    public string? Expected { get; init; }

    /// <summary>The problem.</summary>
    public string? Problem { get; init; }

    /// <summary>The remedy.</summary>
    public string? Remedy { get; init; }

    /// <summary>The reference's name.</summary>
    public string? Reference { get; init; }

    /// <summary>What has become of it since a baseline.</summary>
    public string? Change { get; init; }

    /// <summary>When it was first found.</summary>
    public string? FirstSeen { get; init; }

    /// <summary>When an audit was run, of an object that is a run of a baseline and no finding.</summary>
    public string? Run { get; init; }

    /// <summary>The objects that are findings.</summary>
    internal static IReadOnlyList<FindingInput>? Only(IReadOnlyList<FindingInput>? objects) =>
        objects is null ? null : [.. objects.Where(o => o.Run is null)];
}
