using DataOps.Core.Changes;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Pages;

/// <summary>What <see cref="MovePage"/> moves, and where to.</summary>
public sealed record MovePageOptions : ChangeOptions
{
    /// <summary>The pages, by id; several are moved one after the other, in this order.</summary>
    public IReadOnlyList<long> Id { get; init; } = [];

    /// <summary>The pages, by url path, as /home/blog/first-post/.</summary>
    public IReadOnlyList<string> UrlPath { get; init; } = [];

    /// <summary>The page that the position is seen from, by id or url path.</summary>
    public string To { get; init; } = "";

    /// <summary>Where, seen from that page; behind its other children when absent.</summary>
    public PagePosition Position { get; init; }

    /// <summary>What becomes of a slug that is taken at the new place.</summary>
    public OnSlugClash OnSlugClash { get; init; }

    /// <summary>Also make redirects from the old addresses of all live pages that move.</summary>
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
public sealed record MovePageResult : ChangeResult
{
    /// <summary>Pages that were named and are moved.</summary>
    public int Moved { get; init; }

    /// <summary>Pages that move with them, themselves included.</summary>
    public long Pages { get; init; }

    /// <summary>The new url path where one page is moved; null for several.</summary>
    public string? UrlPath { get; init; }

    /// <summary>Redirects that are made or changed.</summary>
    public long Redirects { get; init; }
}
