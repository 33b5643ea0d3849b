using DataOps.Core.Changes;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Pages;

/// <summary>Which pages <see cref="ConvertPage"/> makes pages of which other type, and what becomes of their fields.</summary>
public sealed record ConvertPageOptions : ChangeOptions
{
    /// <summary>The pages, by id.</summary>
    public IReadOnlyList<long> Id { get; init; } = [];

    /// <summary>The pages, by url path; * ? [a-z] are wildcards.</summary>
    public IReadOnlyList<string> UrlPath { get; init; } = [];

    /// <summary>All pages of this type, as app.model; with pages named, only those of them that are of it.</summary>
    public IReadOnlyList<string> Type { get; init; } = [];

    /// <summary>The new type, as app.model; wagtailcore.page for a plain page.</summary>
    public string To { get; init; } = "";

    /// <summary>Fields of the new type that get an old field's values, as new=old; also many-to-many lists, and tables of child rows. Equal names need
    /// none.</summary>
    public IReadOnlyList<string> Map { get; init; } = [];

    /// <summary>What fields of the new type have before the old field's name, as new_.</summary>
    public string? Prefix { get; init; }

    /// <summary>Values for fields of the new type that no old field fills, as field=value.</summary>
    public IReadOnlyList<string> Default { get; init; } = [];

    /// <summary>Drop values and child rows for which the new type has no place.</summary>
    public bool Force { get; init; }

    /// <summary>Make a new page of the new type in the place of each, with all that is below it, instead of changing the page itself.</summary>
    public bool AsNewPage { get; init; }

    /// <summary>With AsNewPage, what becomes of the old page.</summary>
    public OldPage OldPage { get; init; }

    /// <summary>With OldPage Delete, what to do about rows that depend on the old page, where nothing tells what the application would do.</summary>
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
public sealed record ConvertPageResult : ChangeResult
{
    /// <summary>The id of the page of the new type where it is one; null for several.</summary>
    public long? Id { get; init; }

    /// <summary>Pages that change their type, or get a successor, aliases included.</summary>
    public long Pages { get; init; }

    /// <summary>Those that change because they are aliases of a page that does.</summary>
    public long Aliases { get; init; }

    /// <summary>The new type.</summary>
    public string Type { get; init; } = "";

    /// <summary>The old type; null when no page is left to convert.</summary>
    public string? OldType { get; init; }

    /// <summary>Revisions whose content is rewritten.</summary>
    public long Revisions { get; init; }
}
