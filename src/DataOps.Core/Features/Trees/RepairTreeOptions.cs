using DataOps.Core.Changes;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Trees;

/// <summary>What becomes of pages without the row in their type's table, and of such rows without their page.</summary>
public enum MissingSpecific
{
    /// <summary>They stay as they are, and are told.</summary>
    Report,

    /// <summary>The page becomes a plain page, which has no such row.</summary>
    PlainPage,

    /// <summary>The missing half is made anew from the page's newest revision.</summary>
    FromRevision,

    /// <summary>The half that is left is deleted, the page with all below it.</summary>
    Delete,
}

/// <summary>What becomes of slugs that two children of a page have.</summary>
public enum DuplicateSlug
{
    /// <summary>They stay as they are, and are told.</summary>
    Report,

    /// <summary>The later sibling's gets a number behind it.</summary>
    Suffix,
}

/// <summary>What <see cref="RepairTree"/> repairs, and how. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed record RepairTreeOptions : ChangeOptions
{
    /// <summary>Tables that keep a tree, as schema.table or table; all when empty.</summary>
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Models that keep a tree, as app or app.model; all when empty.</summary>
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>What becomes of nodes that are not connected to the tree, or whose path is none.</summary>
    public OrphanNodes Orphan { get; init; }

    /// <summary>With Orphan Reattach, the node to attach to: a key, for pages also a url_path; the nearest ancestor that is left when absent.</summary>
    public string? To { get; init; }

    /// <summary>Close the gaps between siblings, in their order: in paths, in mptt's tree numbers, in places among siblings.</summary>
    public bool Compact { get; init; }

    /// <summary>What becomes of pages of which a half is missing.</summary>
    public MissingSpecific MissingSpecific { get; init; }

    /// <summary>What becomes of slugs that two children of a page have.</summary>
    public DuplicateSlug DuplicateSlug { get; init; }

    /// <summary>Characters a step of treebeard's paths (steplen); found out by the rows when absent. Wagtail's are always 4.</summary>
    public int? StepLength { get; init; }

    /// <summary>The alphabet of treebeard's paths; found out by the rows when absent. Wagtail's is always 0-9A-Z.</summary>
    public string? Alphabet { get; init; }

    /// <summary>What to do about rows that depend on rows to be deleted, where nothing tells what the application would do.</summary>
    public OnDependent OnDependent { get; init; }
}

/// <summary>What a repair of trees did, or would do.</summary>
public sealed record RepairTreeResult : ChangeResult
{
    /// <summary>Problems that there were.</summary>
    public long Problems { get; init; }

    /// <summary>Problems that are left; null with WhatIf.</summary>
    public long? Remaining { get; init; }

    /// <summary>Nodes that had no place and got one.</summary>
    public long Reattached { get; init; }
}
