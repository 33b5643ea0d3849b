namespace DataOps.Core.Features.Rows;

/// <summary>The sum of a removal of rows.</summary>
public sealed record RemoveRowResult : ChangeResult
{
    /// <summary>Chosen rows deleted, or to be deleted; dependent rows not included.</summary>
    public long Rows { get; init; }

    /// <summary>The first of them, by model, key and label; null when there is none.</summary>
    public string? First { get; init; }

    /// <summary>Rows of the pipeline that are not there any more; a warning names them.</summary>
    public long Skipped { get; init; }

    /// <summary>
    /// Rows that keep a reference to a deleted row, as no constraint and no rule of Django's takes it away: in text,
    /// for example; a warning names them.
    /// </summary>
    public long LeftBehind { get; init; }

    /// <summary>Transactions.</summary>
    public int Batches { get; init; }

    /// <inheritdoc/>
    public override string Describe() => First is null ? base.Describe() : $"{base.Describe()}, of {First}";
}

/// <summary>A chosen row that is deleted; with WhatIf or Detailed, the first 100 of each table.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Model">Its model; null for a table that belongs to none.</param>
/// <param name="Table">Its table.</param>
/// <param name="Key">Its key, the parts of a composite key joined by commas.</param>
/// <param name="Label">
/// A user's name, a page's title and address, else a title, name, slug, e-mail address or code; null without one.
/// </param>
public sealed record RowToRemove(
    string Server, string Database, string? Model, string Table, string Key, string? Label) : IChangeResult;
