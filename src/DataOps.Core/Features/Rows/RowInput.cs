namespace DataOps.Core.Features.Rows;

/// <summary>A row that another command has named: a finding, or a page.</summary>
public sealed partial record RowInput
{
    /// <summary>The server that it was found on.</summary>
    public string? Server { get; init; }

    /// <summary>The database that it was found in.</summary>
    public string? Database { get; init; }

    /// <summary>Its table; that of the model when absent.</summary>
    public string? Table { get; init; }

    /// <summary>Its model, as app.model; that of the options when absent.</summary>
    public string? Model { get; init; }

    /// <summary>Its key as text, the parts of a composite key joined by commas.</summary>
    public string? Key { get; init; }

    /// <summary>Its key, of a page.</summary>
    public string? Id { get; init; }
}
