namespace DataOps.Core.PageRepair;

/// <summary>The newest revision of an object of which a half is missing.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Id">wagtailcore_revision.id.</param>
/// <param name="ContentType">The content type of the specific model.</param>
/// <param name="Path">Where it stood in the tree; null where the revision does not tell.</param>
/// <param name="Fields">The names of the fields in its content; none where that is no page.</param>
internal sealed record PageRevision(string Key, long Id, int ContentType, string? Path, IReadOnlySet<string> Fields);
