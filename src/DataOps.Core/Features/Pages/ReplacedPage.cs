namespace DataOps.Core.Features.Pages;

/// <summary>A page that is replaced by a new page; with WhatIf or Detailed.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Id">The new page's id.</param>
/// <param name="OldId">The old page's id.</param>
/// <param name="Title">Their title.</param>
/// <param name="Action">What is done with the old page: Keep or Delete.</param>
/// <param name="Children">The number of children that are moved to the new page.</param>
/// <param name="UrlPath">The new page's URL path, formerly the old page's.</param>
/// <param name="OldUrlPath">The old page's URL path afterwards; null when it is deleted.</param>
public sealed record ReplacedPage(
    string Server,
    string Database,
    long Id,
    long OldId,
    string Title,
    string Action,
    long Children,
    string UrlPath,
    string? OldUrlPath) : IChangeResult;
