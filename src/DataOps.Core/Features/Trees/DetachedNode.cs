namespace DataOps.Core.Features.Trees;

/// <summary>A node that no root leads to by its path.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Path">Its path.</param>
/// <param name="UrlPath">For a page, its url_path.</param>
internal sealed record DetachedNode(string Key, string Path, string? UrlPath)
{
    /// <summary>The node above it that is homeless as well; null for the top of a branch.</summary>
    public DetachedNode? Above { get; set; }

    /// <summary>The path that it gets.</summary>
    public string? NewPath { get; set; }
}
