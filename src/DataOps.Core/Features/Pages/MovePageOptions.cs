using DataOps.Core.Changes;
using DataOps.Core.Kernel;
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
