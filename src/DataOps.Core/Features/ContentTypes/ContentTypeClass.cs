namespace DataOps.Core.Features.ContentTypes;

/// <summary>What is to be thought of a content type.</summary>
public enum ContentTypeClass : long
{
    /// <summary>Its table is there under Django's default name, or the operator says that its model is.</summary>
    Live,

    /// <summary>Known of Django, Wagtail or a package: its table has another name, or it holds permissions only.</summary>
    LiveBuiltin,

    /// <summary>The database does not tell: no table, as a proxy and an unmanaged model have none; or a table of an app that was never migrated.</summary>
    Undecidable,

    /// <summary>No table, and the operator's list says that the model is gone.</summary>
    Stale,

    /// <summary>The operator's list says that the model is gone, but a table of its name is still there.</summary>
    Leftover,

    /// <summary>A permission of a model that is there, under a codename that no longer is.</summary>
    StalePermission,
}
