using DataOps.Core.Kernel;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>What every result of Find-StaleContentType says: a content type or one of its permissions, and why it may go.</summary>
/// <remarks>Its class is a <see cref="ContentTypeClass"/>; Model is the content type's app_label.model.</remarks>
public abstract record ContentTypeFinding : Finding
{
    /// <summary>The part of the model before the dot.</summary>
    public string AppLabel { get; init; } = "";

    /// <summary>django_content_type.id.</summary>
    public int ContentTypeId { get; init; }

    /// <summary>What speaks for it and against it, in words.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>The groups that hold permissions of it, joined by commas; null when none does.</summary>
    public string? Groups { get; init; }

    /// <summary>The users who hold permissions of it themselves, joined by commas; null when none does.</summary>
    public string? Users { get; init; }

    /// <summary>The content type that its model was probably renamed to, or the codename that took a permission's place; null when nothing says so.</summary>
    public string? RenameTo { get; init; }

    /// <summary>The finding with what its own properties say in the words that all findings have.</summary>
    internal ContentTypeFinding Explained()
    {
        string[] holders = [.. new[] { Groups, Users }.OfType<string>()];
        string held = holders.Length == 0 ? "" : $"; its permissions are held by {string.Join(",", holders)}";
        string renamed = RenameTo is null ? "" : $"; renamed to {RenameTo}?";
        return this with { Problem = $"{Model}: {Evidence}{held}{renamed}", Remedy = $"Find-StaleContentType -Model {Model}" };
    }
}

/// <summary>A content type whose model is gone, or may be; Table is the table of its name, and null when there is none.</summary>
public sealed record StaleContentType : ContentTypeFinding
{
    /// <summary>How many permissions belong to it.</summary>
    public int Permissions { get; init; }

    /// <summary>Rows that name the content type, those of auth_permission included.</summary>
    public long Dependents { get; init; }

    /// <summary>The same by table, as <c>auth_permission 4, taggit_taggeditem 1</c>; null when there are none.</summary>
    public string? DependentTables { get; init; }
}

/// <summary>A permission of a model that is there, under a codename that no longer is.</summary>
public sealed record StalePermissionFinding : ContentTypeFinding
{
    /// <summary>Its codename.</summary>
    public string Permission { get; init; } = "";

    /// <summary>auth_permission.id.</summary>
    public int PermissionId { get; init; }
}
