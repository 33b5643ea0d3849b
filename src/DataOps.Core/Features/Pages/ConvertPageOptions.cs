namespace DataOps.Core.Features.Pages;

/// <summary>Options of <see cref="ConvertPage"/>.</summary>
public sealed partial record ConvertPageOptions : DeletingOptions
{
    /// <summary>Pages to convert, by id.</summary>
    [Option(Pipeline = true)]
    public IReadOnlyList<long> Id { get; init; } = [];

    /// <summary>Pages to convert, by URL path.</summary>
    [Option(Position = 0, Wildcards = true, Completes = OptionNames.UrlPath)]
    public IReadOnlyList<string> UrlPath { get; init; } = [];

    /// <summary>Convert all pages of this type, as app.model; of named pages only those of this type.</summary>
    [Option(Wildcards = true, Completes = OptionNames.PageType)]
    public IReadOnlyList<string> Type { get; init; } = [];

    /// <summary>Target type, as app.model; wagtailcore.page for a plain page.</summary>
    [Option(Mandatory = true, Completes = OptionNames.PageType)]
    public string To { get; init; } = "";

    /// <summary>
    /// Fields of the target type and the fields to copy them from, as new=old; also many-to-many fields and child
    /// tables. Fields of the same name are copied anyway.
    /// </summary>
    [Option(Form = OptionForm.Pair)]
    public IReadOnlyList<string> Map { get; init; } = [];

    /// <summary>Prefix of the target type's field names, as new_.</summary>
    public string? Prefix { get; init; }

    /// <summary>Values of fields of the target type that no field is copied to, as field=value.</summary>
    [Option(Form = OptionForm.Pair)]
    public IReadOnlyList<string> Default { get; init; } = [];

    /// <summary>Drop values and child rows that the target type has no field for.</summary>
    public bool Force { get; init; }

    /// <summary>
    /// Replace each page by a new page (new id) of the target type; its children move under the new page.
    /// </summary>
    public bool AsNewPage { get; init; }

    /// <summary>What to do with the old page, with -AsNewPage.</summary>
    [OnlyWith(nameof(AsNewPage))]
    public OldPage OldPage { get; init; }

    /// <summary>
    /// What to do with rows that reference a deleted row when the model's on_delete is unknown (tables of removed
    /// apps).
    /// </summary>
    [OnlyWith(nameof(AsNewPage))]
    public OnDependent OnDependent { get; init; }
}

/// <summary>The conversion of one field; with WhatIf or Detailed.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Field">The target type's field; null for a dropped field.</param>
/// <param name="Source">
/// The source of its values: the old field, a value, or the column's default; for a dropped field, the old field.
/// </param>
/// <param name="Action">Copy, Default, Empty, Rows (child rows and many-to-many rows), or Drop.</param>
/// <param name="Table">The table.</param>
public sealed record ConvertedField(
    string Server, string Database, string? Field, string? Source, string Action, string Table) : IChangeResult;

/// <summary>The sum of a conversion of pages.</summary>
public sealed record ConvertPageResult : ChangeResult
{
    /// <summary>The id of the converted page; null for several.</summary>
    public long? Id { get; init; }

    /// <summary>Pages that are converted or replaced, aliases included.</summary>
    public long Pages { get; init; }

    /// <summary>Of those, aliases of converted pages.</summary>
    public long Aliases { get; init; }

    /// <summary>The new type.</summary>
    public string Type { get; init; } = "";

    /// <summary>The old type; null when no page is left to convert.</summary>
    public string? OldType { get; init; }

    /// <summary>Revisions whose content is rewritten.</summary>
    public long Revisions { get; init; }
}
