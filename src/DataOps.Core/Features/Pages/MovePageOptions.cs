namespace DataOps.Core.Features.Pages;

/// <summary>Options of <see cref="MovePage"/>.</summary>
public sealed partial record MovePageOptions : ChangeOptions
{
    /// <summary>Pages to move, by id; in this order.</summary>
    [Option(Pipeline = true)]
    public IReadOnlyList<long> Id { get; init; } = [];

    /// <summary>Pages to move, by URL path, as /home/blog/first-post/.</summary>
    [Option(Position = 0, Completes = OptionNames.UrlPath)]
    public IReadOnlyList<string> UrlPath { get; init; } = [];

    /// <summary>Target page (id or URL path); -Position places the moved pages relative to it.</summary>
    [Option(Mandatory = true, Aliases = ["Destination"], Completes = OptionNames.UrlPath)]
    public string To { get; init; } = "";

    /// <summary>Place of the moved pages relative to -To.</summary>
    public PagePosition Position { get; init; }

    /// <summary>What to do with a slug that a page at the new place already has.</summary>
    public OnSlugClash OnSlugClash { get; init; }

    /// <summary>Also create redirects from the old addresses of all live pages that move.</summary>
    public bool Redirect { get; init; }
}

/// <summary>A page that is moved with its descendants; with WhatIf or Detailed.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Id">The page's id.</param>
/// <param name="Title">Its title.</param>
/// <param name="Action">Move or Reorder; None when the page is already there.</param>
/// <param name="Pages">The pages that move with it, itself included; each is counted once.</param>
/// <param name="OldParent">The id of its parent before.</param>
/// <param name="Parent">The id of its parent afterwards.</param>
/// <param name="OldUrlPath">Its URL path before.</param>
/// <param name="UrlPath">Its URL path afterwards.</param>
/// <param name="OldPath">Its path in the tree before.</param>
/// <param name="Path">Its path in the tree afterwards.</param>
public sealed record MovedPage(
    string Server,
    string Database,
    long Id,
    string Title,
    string Action,
    long Pages,
    long OldParent,
    long Parent,
    string OldUrlPath,
    string UrlPath,
    string OldPath,
    string Path) : IChangeResult;

/// <summary>The sum of a move of pages.</summary>
public sealed record MovePageResult : ChangeResult
{
    /// <summary>Named pages that are moved.</summary>
    public int Moved { get; init; }

    /// <summary>Moved pages, descendants included.</summary>
    public long Pages { get; init; }

    /// <summary>The new URL path of the moved page; null for several.</summary>
    public string? UrlPath { get; init; }

    /// <summary>Redirects created or updated.</summary>
    public long Redirects { get; init; }
}
