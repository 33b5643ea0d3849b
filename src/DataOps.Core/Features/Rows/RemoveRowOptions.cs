namespace DataOps.Core.Features.Rows;

/// <summary>Options of <see cref="RemoveRow"/>.</summary>
public sealed partial record RemoveRowOptions : DeletingOptions
{
    /// <summary>Rows as other commands write them, by Model or Table, and Key or Id.</summary>
    [NotWith(nameof(Filter))]
    public IReadOnlyList<RowInput>? InputObject { get; init; }

    /// <summary>Model of the rows, as app.model: one.</summary>
    [Option(Position = 0, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>
    /// Primary keys of the rows; one of several columns as a JSON object, as {"order": 7, "line": 2}.
    /// </summary>
    [Option(Position = 1, Form = OptionForm.RowKey)]
    [NotWith(nameof(InputObject))]
    public IReadOnlyList<string> Key { get; init; } = [];

    /// <summary>
    /// Rows by Django's look-ups, as a dataset definition's filter has them: a JSON object, as {"expire_date__lt":
    /// "2026-01-01"}, or a file of it.
    /// </summary>
    [Option(Form = OptionForm.Definition)]
    [NotWith(nameof(Key))]
    [MustExist(FileAdvice.Definition)]
    public string Filter { get; init; } = "";

    /// <summary>
    /// TIME_ZONE of the site, as Europe/Zurich: where the days of the filter begin. Default: UTC.
    /// </summary>
    [OnlyWith(nameof(Filter))]
    public string? TimeZone { get; init; }

    /// <summary>Also delete what is below the rows in a tree: the descendants of a page.</summary>
    public bool Recurse { get; init; }

    /// <summary>What to do with rows that reference a deleted row when the model's on_delete is unknown.</summary>
    public OnDependent OnDependent { get; init; }

    /// <summary>
    /// Most of the rows per transaction, for many rows of a live site. Default: all in one transaction.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int? BatchSize { get; init; }
}
