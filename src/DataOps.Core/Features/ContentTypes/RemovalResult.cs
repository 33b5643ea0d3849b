using DataOps.Core.Kernel;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>What a removal of content types did, or would do.</summary>
public sealed record RemovalResult : ChangeResult
{
    /// <summary>Content types that go.</summary>
    public int ContentTypes { get; init; }

    /// <summary>Permissions that go.</summary>
    public long Permissions { get; init; }

    /// <summary>Grants that groups and users lose.</summary>
    public long Revoked { get; init; }

    /// <summary>Grants that go on under another permission.</summary>
    public long Moved { get; init; }
}

/// <summary>What a group or a user loses, or keeps under another name.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Action">Revoke or Move.</param>
/// <param name="Holder">Group or User; the label of another model that holds permissions.</param>
/// <param name="Name">What the holder is called.</param>
/// <param name="Permission">The permission, as app_label.codename.</param>
/// <param name="MovesTo">The permission that the grant is of afterwards; null when it is revoked.</param>
/// <param name="On">What the grant is limited to, as a page or a collection; null when it is not.</param>
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
