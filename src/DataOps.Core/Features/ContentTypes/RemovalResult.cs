using DataOps.Core.Kernel;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>What a removal of content types did, or would do.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Operation">Remove-StaleContentType.</param>
/// <param name="Changed">Whether the database was changed.</param>
/// <param name="Count">Rows changed; 0 with WhatIf.</param>
/// <param name="WouldChange">Rows that the removal changes, or would.</param>
/// <param name="ContentTypes">Content types that go.</param>
/// <param name="Permissions">Permissions that go.</param>
/// <param name="Revoked">Grants that groups and users lose.</param>
/// <param name="Moved">Grants that go on under another permission.</param>
/// <param name="Deleted">Rows that go, in all tables.</param>
/// <param name="Updated">Rows that stay and change: cleared or pointed elsewhere.</param>
/// <param name="Inserted">Rows that come in the place of others, because their key changes.</param>
/// <param name="UndoPath">The file with which Undo-Change takes it back; null when there is none.</param>
/// <param name="Duration">Seconds.</param>
public sealed record RemovalResult(
    string Server,
    string Database,
    string Operation,
    bool Changed,
    long Count,
    long WouldChange,
    int ContentTypes,
    long Permissions,
    long Revoked,
    long Moved,
    long Deleted,
    long Updated,
    long Inserted,
    string? UndoPath,
    double Duration) : IChangeResult;

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
