namespace DataOps.Core.Features.Pages;

/// <summary>What Get-Page emits.</summary>
public interface IPage : IOfSchema
{
    /// <summary>The server.</summary>
    string Server { get; }

    /// <summary>The database.</summary>
    string Database { get; }
}

/// <summary>The status of a page.</summary>
public enum PageStatus
{
    /// <summary>Published; HasUnpublishedChanges shows whether there is a newer draft.</summary>
    Live,

    /// <summary>Not published.</summary>
    Draft,

    /// <summary>Not published; a revision is scheduled.</summary>
    Scheduled,

    /// <summary>Unpublished because it has expired.</summary>
    Expired,
}

/// <summary>A page.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Id">Its id.</param>
/// <param name="Parent">Its parent's id; null for the root, and for a page whose parent is missing.</param>
/// <param name="Depth">Its level; the root's is 1.</param>
/// <param name="Title">Its title.</param>
/// <param name="Type">Its type, as app.model; null when its content type is missing.</param>
/// <param name="Status">Live, Draft, Scheduled or Expired.</param>
/// <param name="HasUnpublishedChanges">Whether the newest revision is not the one that is live.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="UrlPath">Its URL path, the slugs from the root page on.</param>
/// <param name="Url">Its URL; null when it is not below the root page of a site.</param>
/// <param name="Site">The site, as host:port; null without one.</param>
/// <param name="Locale">The code of its language.</param>
/// <param name="Children">The number of its children (numchild).</param>
/// <param name="AliasOf">The id of the page that it is an alias of.</param>
/// <param name="Owner">The id of its owner.</param>
/// <param name="GoLiveAt">When it is to be published.</param>
/// <param name="ExpireAt">When it is to expire.</param>
/// <param name="FirstPublishedAt">When it was first published.</param>
/// <param name="LastPublishedAt">When it was last published.</param>
/// <param name="Path">Its path in the tree: four characters per level.</param>
public sealed record PageInfo(
    string Server,
    string Database,
    long Id,
    long? Parent,
    int Depth,
    string Title,
    string? Type,
    string Status,
    bool HasUnpublishedChanges,
    string Slug,
    string UrlPath,
    string? Url,
    string? Site,
    string? Locale,
    int Children,
    long? AliasOf,
    long? Owner,
    DateTime? GoLiveAt,
    DateTime? ExpireAt,
    DateTime? FirstPublishedAt,
    DateTime? LastPublishedAt,
    string Path) : IPage
{
    /// <summary>The schema of the site, where -Schema asks for several; otherwise null.</summary>
    public string? Schema { get; init; }

    IOfSchema IOfSchema.InSchema(string schema) => this with { Schema = schema };
}

/// <summary>A page as a line of a tree.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Tree">Its title, indented by its level.</param>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type, as app.model.</param>
/// <param name="Status">Live, Draft, Scheduled or Expired.</param>
/// <param name="UrlPath">Its URL path.</param>
public sealed record PageLine(
    string Server, string Database, string Tree, long Id, string? Type, string Status, string UrlPath) : IPage
{
    /// <summary>What Test-Tree finds at it; null where nothing is wrong.</summary>
    public string? Problem { get; init; }

    /// <summary>The schema of the site, where -Schema asks for several; otherwise null.</summary>
    public string? Schema { get; init; }

    IOfSchema IOfSchema.InSchema(string schema) => this with { Schema = schema };
}
