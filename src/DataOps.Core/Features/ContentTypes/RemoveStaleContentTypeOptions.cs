using DataOps.Core.Changes;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>What <see cref="RemoveStaleContentType"/> removes, and what it is told. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed record RemoveStaleContentTypeOptions : ChangeOptions
{
    /// <summary>Models, as app or app.model; all that are stale when empty.</summary>
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Apps, by label; all when empty.</summary>
    public IReadOnlyList<string> AppLabel { get; init; } = [];

    /// <summary>The labels of all installed apps, or a file of them.</summary>
    public IReadOnlyList<string> InstalledApp { get; init; } = [];

    /// <summary>Models that are there, as app.model, or a file of all of them; a list without contenttypes.contenttype is not the whole one.</summary>
    public IReadOnlyList<string> LiveModel { get; init; } = [];

    /// <summary>Models that are gone, as app.model: only their content types are removed.</summary>
    public IReadOnlyList<string> StaleModel { get; init; } = [];

    /// <summary>Permissions to remove, as app.model.codename: only they are removed.</summary>
    public IReadOnlyList<string> StalePermission { get; init; } = [];

    /// <summary>Also remove stale permissions of models that are there.</summary>
    public bool Permission { get; init; }

    /// <summary>
    /// Move what depends on a content type to another one before it goes, as blog.oldpost=blog.post; or on a permission, as
    /// blog.post.add_oldpost=blog.post.add_post. A name or a pattern alone takes the new name that was found.
    /// </summary>
    public IReadOnlyList<string> Repoint { get; init; } = [];

    /// <summary>What becomes of rows that need what goes, where nothing tells what the application would do: those of removed apps' tables.</summary>
    public OnDependent OnDependent { get; init; }

    /// <summary>Also remove what cannot be decided and has no table, and what holds permissions only.</summary>
    public bool Force { get; init; }
}
