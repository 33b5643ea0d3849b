namespace DataOps.Core.Features.ContentTypes;

/// <summary>The status of a content type or permission.</summary>
public enum ContentTypeClass : long
{
    /// <summary>
    /// The model's table exists under Django's default name, or -LiveModel or -InstalledApp lists the model.
    /// </summary>
    Live,

    /// <summary>
    /// A model of Django, Wagtail or a known package whose table has another name, or that only holds permissions.
    /// </summary>
    LiveBuiltin,

    /// <summary>
    /// The database does not decide it: no table (as for proxy and unmanaged models), or a table of an app without
    /// migrations.
    /// </summary>
    Undecidable,

    /// <summary>No table, and -LiveModel or -InstalledApp shows that the model no longer exists.</summary>
    Stale,

    /// <summary>-LiveModel or -InstalledApp shows that the model no longer exists, but its table does.</summary>
    Leftover,

    /// <summary>A permission of an existing model with a codename that the model no longer has.</summary>
    StalePermission,
}
