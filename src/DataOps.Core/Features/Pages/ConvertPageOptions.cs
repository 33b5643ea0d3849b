using DataOps.Core.Changes;
using DataOps.Core.Operations;

namespace DataOps.Core.Features.Pages;

/// <summary>Which pages <see cref="ConvertPage"/> makes pages of which other type, and what becomes of their fields.</summary>
public sealed partial record ConvertPageOptions : ChangeOptions
{
    /// <summary>Pages to convert, by id.</summary>
    [Option(Pipeline = true)]
    public IReadOnlyList<long> Id { get; init; } = [];

    /// <summary>Pages to convert, by URL path.</summary>
    [Option(Position = 0, Wildcards = true, Completes = OptionNames.UrlPath)]
    public IReadOnlyList<string> UrlPath { get; init; } = [];

    /// <summary>Convert all pages of this type, as app.model; of named pages only those of this type.</summary>
    [Option(Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Type { get; init; } = [];

    /// <summary>Target type, as app.model; wagtailcore.page for a plain page.</summary>
    [Option(Mandatory = true, Completes = OptionNames.ModelName)]
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

/// <summary>What becomes of one field; of the plan, and with Detailed.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Field">The new type's field; null for one that is dropped.</param>
/// <param name="Source">Where its values come from: the old field, a value, or the column's own default; for one that is dropped, the old field.</param>
/// <param name="Action">Copy, Default, Empty, Rows (child rows and lists that move), or Drop.</param>
/// <param name="Table">The table.</param>
public sealed record ConvertedField(string Server, string Database, string? Field, string? Source, string Action, string Table) : IChangeResult;

/// <summary>What converting pages did, or would do.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Operation">Convert-Page.</param>
/// <param name="Changed">Whether anything was written.</param>
/// <param name="Count">Rows written; 0 with WhatIf.</param>
/// <param name="WouldChange">Rows to be written.</param>
/// <param name="Id">The id of the page of the new type where it is one; null for several.</param>
/// <param name="Pages">Pages that change their type, or get a successor, aliases included.</param>
/// <param name="Aliases">Those that change because they are aliases of a page that does.</param>
/// <param name="Type">The new type.</param>
/// <param name="OldType">The old type; null when no page is left to convert.</param>
/// <param name="Revisions">Revisions whose content is rewritten.</param>
/// <param name="Stale">What the application does not know of yet; null when nothing is.</param>
/// <param name="Afterwards">The commands that are due, joined by semicolons.</param>
/// <param name="UndoPath">The undo file; null when there is none.</param>
/// <param name="Duration">Seconds.</param>
public sealed record ConvertPageResult(
    string Server,
    string Database,
    string Operation,
    bool Changed,
    long Count,
    long WouldChange,
    long? Id,
    long Pages,
    long Aliases,
    string Type,
    string? OldType,
    long Revisions,
    string? Stale,
    string? Afterwards,
    string? UndoPath,
    double Duration) : IChangeResult;
