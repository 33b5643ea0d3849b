namespace DataOps.Core.Features.ContentTypes;

/// <summary>The sum of a removal of content types.</summary>
public sealed record RemovalResult : ChangeResult
{
    /// <summary>Content types deleted, or to be deleted.</summary>
    public int ContentTypes { get; init; }

    /// <summary>Permissions deleted, or to be deleted.</summary>
    public long Permissions { get; init; }

    /// <summary>Grants that are deleted from groups and users.</summary>
    public long Revoked { get; init; }

    /// <summary>Grants that are moved to another permission.</summary>
    public long Moved { get; init; }
}

/// <summary>A grant of a group or user that is deleted, or moved to another permission.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Action">Revoke or Move.</param>
/// <param name="Holder">Group or User; the label of another model that holds permissions.</param>
/// <param name="Name">The holder's name.</param>
/// <param name="Permission">The permission, as app_label.codename.</param>
/// <param name="MovesTo">The permission that the grant is moved to; null when it is revoked.</param>
/// <param name="On">
/// The object that the grant is limited to, as a page or a collection; null when there is none.
/// </param>
/// <param name="Model">The permission's model.</param>
/// <param name="Table">The table of the grant.</param>
/// <param name="Key">Its key.</param>
public sealed record GrantChange(
    string Server,
    string Database,
    string Action,
    string Holder,
    string Name,
    string Permission,
    string? MovesTo,
    string? On,
    string Model,
    string Table,
    string Key) : IChangeResult;
