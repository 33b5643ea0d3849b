using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Pages;

/// <summary>A page that gets a successor; of the plan, and with Detailed.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Id">The new page's id.</param>
/// <param name="OldId">The old page's id.</param>
/// <param name="Title">Their title.</param>
/// <param name="Action">What becomes of the old page: Keep or Delete.</param>
/// <param name="Children">How many pages directly below the old page are below the new one.</param>
/// <param name="UrlPath">The new page's url path, which was the old page's.</param>
/// <param name="OldUrlPath">The old page's url path afterwards; null when it is deleted.</param>
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
