using DataOps.Core.Kernel;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>What every result of Find-StaleContentType says: a content type or one of its permissions, and why it may go.</summary>
public interface IContentTypeFinding : IFinding
{
    /// <summary>The part of the model before the dot.</summary>
    string AppLabel { get; }

    /// <summary>app_label.model.</summary>
    string Model { get; }

    /// <summary>django_content_type.id.</summary>
    int ContentTypeId { get; }

    /// <summary>What speaks for it and against it, in words.</summary>
    string Evidence { get; }

    /// <summary>The groups that hold permissions of it, joined by commas; null when none does.</summary>
    string? Groups { get; }

    /// <summary>The users who hold permissions of it themselves, joined by commas; null when none does.</summary>
    string? Users { get; }

    /// <summary>What it was probably renamed to; null when nothing says so.</summary>
    string? RenameTo { get; }
}

/// <summary>A content type whose model is gone, or may be.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Severity">Warning; Expected where nothing speaks against a proxy or an unmanaged model, and for what is live.</param>
/// <param name="Class">Live, LiveBuiltin, Undecidable, Stale or Leftover.</param>
/// <param name="AppLabel">The part of the model before the dot.</param>
/// <param name="Model">app_label.model.</param>
/// <param name="ContentTypeId">django_content_type.id.</param>
/// <param name="Table">The table of its name; null when there is none.</param>
/// <param name="Evidence">What speaks for it and against it, in words.</param>
/// <param name="Permissions">How many permissions belong to it.</param>
/// <param name="Groups">The groups that hold one of them, joined by commas; null when none does.</param>
/// <param name="Users">The users who hold one of them themselves, joined by commas; null when none does.</param>
/// <param name="Dependents">Rows that name the content type, those of auth_permission included.</param>
/// <param name="DependentTables">The same by table, as <c>auth_permission 4, taggit_taggeditem 1</c>; null when there are none.</param>
/// <param name="RenameTo">The content type that its model was probably renamed to; null when nothing says so.</param>
public sealed record StaleContentType(
    string Server,
    string Database,
    string Severity,
    string Class,
    string AppLabel,
    string Model,
    int ContentTypeId,
    string? Table,
    string Evidence,
    int Permissions,
    string? Groups,
    string? Users,
    long Dependents,
    string? DependentTables,
    string? RenameTo) : IContentTypeFinding;

/// <summary>A permission of a model that is there, under a codename that no longer is.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Severity">Warning.</param>
/// <param name="Class">StalePermission.</param>
/// <param name="AppLabel">The part of the model before the dot.</param>
/// <param name="Model">app_label.model.</param>
/// <param name="ContentTypeId">django_content_type.id.</param>
/// <param name="Permission">Its codename.</param>
/// <param name="PermissionId">auth_permission.id.</param>
/// <param name="Evidence">Why it is taken for stale, in words.</param>
/// <param name="Groups">The groups that hold it, joined by commas; null when none does.</param>
/// <param name="Users">The users who hold it themselves, joined by commas; null when none does.</param>
/// <param name="RenameTo">The codename that took its place; null when there is none.</param>
public sealed record StalePermissionFinding(
    string Server,
    string Database,
    string Severity,
    string Class,
    string AppLabel,
    string Model,
    int ContentTypeId,
    string Permission,
    int PermissionId,
    string Evidence,
    string? Groups,
    string? Users,
    string? RenameTo) : IContentTypeFinding;
