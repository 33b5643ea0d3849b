namespace DataOps.Core.Features.Trees;

/// <summary>What to do with pages without a specific row, and with specific rows without a page.</summary>
public enum MissingSpecific
{
    /// <summary>Report them and keep them.</summary>
    Report,

    /// <summary>Convert the page to a plain page (wagtailcore.page).</summary>
    PlainPage,

    /// <summary>Recreate the missing row from the page's newest revision.</summary>
    FromRevision,

    /// <summary>Delete the remaining row, a page with its descendants.</summary>
    Delete,
}

/// <summary>What to do with a slug that two children of a page have.</summary>
public enum DuplicateSlug
{
    /// <summary>Report them and keep them.</summary>
    Report,

    /// <summary>Append -2, -3 … to the slug of the later sibling.</summary>
    Suffix,
}

/// <summary>What to do with pages whose parent is gone and whose place is below another page now.</summary>
public enum LostParent
{
    /// <summary>Report them and keep their url_path, which tells where they come from.</summary>
    Report,

    /// <summary>Leave them below that page; url_path and number of children follow.</summary>
    Adopt,
}

/// <summary>Options of <see cref="RepairTree"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record RepairTreeOptions : DeletingOptions
{
    /// <summary>Tables of trees, as table or schema.table. Default: all trees.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Models of trees, as app or app.model. Default: all trees.</summary>
    [Option(Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>What to do with nodes that are not connected to the tree, or whose path is not valid.</summary>
    public OrphanNodes Orphan { get; init; }

    /// <summary>
    /// Node to attach them to: a key, or the URL path of a page. Default: the nearest ancestor that exists.
    /// </summary>
    [Option(Aliases = ["Destination"])]
    [OnlyWith(nameof(Orphan), OrphanNodes.Reattach)]
    public string? To { get; init; }

    /// <summary>Close gaps between siblings: in paths, in tree numbers, in sort order.</summary>
    public bool Compact { get; init; }

    /// <summary>What to do with pages that lack the row of their specific page or of wagtailcore_page.</summary>
    public MissingSpecific MissingSpecific { get; init; }

    /// <summary>What to do with slugs that two children of a page have.</summary>
    public DuplicateSlug DuplicateSlug { get; init; }

    /// <summary>
    /// What to do with pages whose url_path names a missing parent, whose path another page has got since.
    /// </summary>
    public LostParent LostParent { get; init; }

    /// <summary>
    /// Length of a step in treebeard's paths (steplen). Default: found from the rows; Wagtail's is always 4.
    /// </summary>
    [Range(1, 255)]
    public int? StepLength { get; init; }

    /// <summary>Alphabet of treebeard's paths. Default: found from the rows; Wagtail's is always 0-9A-Z.</summary>
    public string? Alphabet { get; init; }

    /// <summary>
    /// What to do with rows that reference a deleted row when the model's on_delete is unknown (tables of removed
    /// apps).
    /// </summary>
    public OnDependent OnDependent { get; init; }
}

/// <summary>The sum of a repair of trees.</summary>
public sealed record RepairTreeResult : ChangeResult
{
    /// <summary>Problems before the repair.</summary>
    public long Problems { get; init; }

    /// <summary>Problems after the repair.</summary>
    public long Remaining { get; init; }

    /// <summary>Nodes that were reattached.</summary>
    public long Reattached { get; init; }
}
