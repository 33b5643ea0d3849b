using DataOps.Core.Changes;
using DataOps.Core.Operations;

namespace DataOps.Core.Features.Pages;

/// <summary>What <see cref="MovePage"/> moves, and where to.</summary>
public sealed partial record MovePageOptions : ChangeOptions
{
    /// <summary>Pages to move, by id; in this order.</summary>
    [Option(Pipeline = true)]
    public IReadOnlyList<long> Id { get; init; } = [];

    /// <summary>Pages to move, by URL path, as /home/blog/first-post/.</summary>
    [Option(Position = 0, Completes = OptionNames.UrlPath)]
    public IReadOnlyList<string> UrlPath { get; init; } = [];

    /// <summary>Target page (id or URL path); -Position places the moved pages relative to it.</summary>
    [Option(Mandatory = true, Completes = OptionNames.UrlPath)]
    public string To { get; init; } = "";

    /// <summary>Place of the moved pages relative to -To.</summary>
    public PagePosition Position { get; init; }

    /// <summary>What to do with a slug that a page at the new place already has.</summary>
    public OnSlugClash OnSlugClash { get; init; }

    /// <summary>Also create redirects from the old addresses of all live pages that move.</summary>
    public bool Redirect { get; init; }
}

/// <summary>One page that is moved with all that is below it; of the plan, and with Detailed.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Id">The page's id.</param>
/// <param name="Title">Its title.</param>
/// <param name="Action">Move or Reorder; None when it is there already.</param>
/// <param name="Pages">How many pages move, itself included.</param>
/// <param name="OldParent">The id of its parent before.</param>
/// <param name="Parent">The id of its parent afterwards.</param>
/// <param name="OldUrlPath">Its url path before.</param>
/// <param name="UrlPath">Its url path afterwards.</param>
/// <param name="OldPath">Its place in the tree before.</param>
/// <param name="Path">Its place in the tree afterwards.</param>
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

/// <summary>What moving pages did, or would do.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Operation">Move-Page.</param>
/// <param name="Changed">Whether anything was written.</param>
/// <param name="Count">Rows written; 0 with WhatIf.</param>
/// <param name="WouldChange">Rows to be written.</param>
/// <param name="Moved">Pages that were named and are moved.</param>
/// <param name="Pages">Pages that move with them, themselves included.</param>
/// <param name="UrlPath">The new url path where one page is moved; null for several.</param>
/// <param name="Redirects">Redirects that are made or changed.</param>
/// <param name="Stale">What the application does not know of yet; null when nothing is.</param>
/// <param name="Afterwards">The commands that are due, joined by semicolons.</param>
/// <param name="UndoPath">The undo file; null when there is none.</param>
/// <param name="Duration">Seconds.</param>
public sealed record MovePageResult(
    string Server,
    string Database,
    string Operation,
    bool Changed,
    long Count,
    long WouldChange,
    int Moved,
    long Pages,
    string? UrlPath,
    long Redirects,
    string? Stale,
    string? Afterwards,
    string? UndoPath,
    double Duration) : IChangeResult;
