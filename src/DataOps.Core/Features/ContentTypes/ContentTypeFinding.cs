namespace DataOps.Core.Features.ContentTypes;

/// <summary>A result of Find-StaleContentType: a content type or one of its permissions, and the evidence.</summary>
/// <remarks>Its class is a <see cref="ContentTypeClass"/>; Model is the content type's app_label.model.</remarks>
public abstract record ContentTypeFinding : Finding
{
    /// <summary>The part of the model before the dot.</summary>
    public string AppLabel { get; init; } = "";

    /// <summary>django_content_type.id.</summary>
    public int ContentTypeId { get; init; }

    /// <summary>The evidence for the class, in words.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>The groups with permissions of the content type, joined by commas; null when there are none.</summary>
    public string? Groups { get; init; }

    /// <summary>
    /// The users with permissions of the content type of their own, joined by commas; null when there are none.
    /// </summary>
    public string? Users { get; init; }

    /// <summary>
    /// The probable new name: a content type, or the codename of a permission; null when none is known.
    /// </summary>
    public string? RenameTo { get; init; }

    /// <summary>The finding with what its own properties say in the words that all findings have.</summary>
    internal ContentTypeFinding Explained()
    {
        string[] holders = [.. new[] { Groups, Users }.OfType<string>()];
        string held = holders.Length == 0 ? "" : $"; its permissions are held by {string.Join(",", holders)}";
        string renamed = RenameTo is null ? "" : $"; renamed to {RenameTo}?";
        return this with { Problem = $"{Model}: {Evidence}{held}{renamed}",
            Remedy = $"Find-StaleContentType -Model {Model}" };
    }
}

/// <summary>
/// A content type whose model no longer exists, or may not; Table is the table of that name, null when there is none.
/// </summary>
public sealed record StaleContentType : ContentTypeFinding
{
    /// <summary>The number of its permissions.</summary>
    public int Permissions { get; init; }

    /// <summary>Rows that reference the content type, those of auth_permission included.</summary>
    public long Dependents { get; init; }

    /// <summary>
    /// Those rows by table, as <c>auth_permission 4, taggit_taggeditem 1</c>; null when there are none.
    /// </summary>
    public string? DependentTables { get; init; }
}

/// <summary>A permission of an existing model with a codename that the model no longer has.</summary>
public sealed record StalePermissionFinding : ContentTypeFinding
{
    /// <summary>Its codename.</summary>
    public string Permission { get; init; } = "";

    /// <summary>auth_permission.id.</summary>
    public int PermissionId { get; init; }
}
