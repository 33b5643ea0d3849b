namespace DataOps.Core.Features.Pages;

/// <summary>One page as the tree has it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Path">Its place.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="UrlPath">Its url path.</param>
/// <param name="Title">Its title as Wagtail's administrators see it.</param>
/// <param name="Locale">Its locale; null where pages have none.</param>
internal sealed record PageNode(long Id, string Path, string Slug, string UrlPath, string Title, long? Locale)
{
    /// <summary>Whether it is this page or one below it.</summary>
    public bool Holds(PageNode other) => other.Path.StartsWith(Path, StringComparison.Ordinal);
}

/// <summary>A move of one page.</summary>
/// <param name="Before">The page before.</param>
/// <param name="OldParent">Its parent before.</param>
/// <param name="Parent">Its parent afterwards.</param>
/// <param name="Slug">Its slug afterwards.</param>
/// <param name="Action">Move, Reorder or None.</param>
internal sealed record PageMove(PageNode Before, PageNode OldParent, PageNode Parent, string Slug, string Action)
{
    /// <summary>It is there already.</summary>
    public const string None = "None";

    /// <summary>It gets another parent, or another slug.</summary>
    public const string Move = "Move";

    /// <summary>It stays below its parent.</summary>
    public const string Reorder = "Reorder";

    /// <summary>Whether the page is put elsewhere.</summary>
    public bool IsMoved => Action is not None;

    /// <summary>Its place when all pages have theirs.</summary>
    public string Path { get; init; } = Before.Path;

    /// <summary>Its URL path then.</summary>
    public string UrlPath { get; init; } = Before.UrlPath;

    /// <summary>
    /// The number of pages that it takes with it, itself included; what moves out from below it is not among them.
    /// </summary>
    public long Pages { get; init; }

    /// <summary>What Wagtail's log calls it.</summary>
    public string LogAction => Action == Move ? "wagtail.move" : "wagtail.reorder";

    /// <summary>As a result.</summary>
    public MovedPage Describe(Session session) => new(
        session.Server, session.Database, Before.Id, Before.Title, Action, Pages, OldParent.Id, Parent.Id,
        Before.UrlPath, UrlPath, Before.Path, Path);
}
