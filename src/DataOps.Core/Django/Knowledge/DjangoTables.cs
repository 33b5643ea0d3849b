namespace DataOps.Core.Django.Knowledge;

/// <summary>What is known of Django's and Wagtail's own tables and stands in no catalogue.</summary>
internal static class DjangoTables
{
    /// <summary>Models whose table is not app_model (Meta.db_table).</summary>
    public static readonly IReadOnlyDictionary<string, string> TableOf = new Dictionary<string, string>
    {
        ["admin.logentry"] = "django_admin_log",
        ["contenttypes.contenttype"] = "django_content_type",
        ["sessions.session"] = "django_session",
        ["sites.site"] = "django_site",
        ["redirects.redirect"] = "django_redirect",
        ["flatpages.flatpage"] = "django_flatpage",
        ["comments.comment"] = "django_comments",
        ["django_comments.comment"] = "django_comments",
    };

    /// <summary>Foreign keys that Django keeps without a constraint (db_constraint=False, on_delete=DO_NOTHING): table, column, model.</summary>
    public static readonly IReadOnlyList<(string Table, string Column, string Model)> Soft =
    [
        ("wagtailcore_pagelogentry", "page_id", "wagtailcore.page"),
        ("wagtailcore_pagelogentry", "user_id", "auth.user"),
        ("wagtailcore_pagelogentry", "revision_id", "wagtailcore.revision"),
        ("wagtailcore_modellogentry", "user_id", "auth.user"),
        ("wagtailcore_modellogentry", "revision_id", "wagtailcore.revision"),
    ];

    /// <summary>Tables whose generic references outlive their objects by design: they log what happened.</summary>
    public static readonly IReadOnlySet<string> History = new HashSet<string>
    {
        "django_admin_log", "wagtailcore_modellogentry", "wagtailcore_pagelogentry", "reversion_version", "auditlog_logentry", "actstream_action",
    };

    /// <summary>Models that the application makes anew from the others: left out of a dataset unless asked for (1.7 of what is known of fixtures).</summary>
    public static readonly IReadOnlyList<string> Derived =
    [
        "wagtailimages.rendition", "wagtailcore.referenceindex", "wagtailsearch.indexentry", "wagtailsearch.sqliteftsindexentry", "sessions.session",
        "wagtailadmin.editingsession",
    ];

    /// <summary>Content types without a table that hold permissions only: an unmanaged model, or none at all (django-constance makes its own).</summary>
    public static readonly IReadOnlySet<string> PermissionHolders = new HashSet<string>
    {
        "wagtailadmin.admin", "simple_translation.simpletranslation", "constance.config", "django_rq.queue", "django_rq.dashboard",
    };

    /// <summary>Names of object id columns of generic foreign keys, likeliest first.</summary>
    public static readonly IReadOnlyList<string> ObjectId = ["object_id", "object_pk", "local_id", "id"];

    /// <summary>Table name as Django makes it: cut to 63 bytes with a hash when longer.</summary>
    public static string TableName(string name)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(name) <= 63)
            return name;
        return name[..59] + Md5(name)[..4];
    }

    /// <summary>Its MD5 digest, hexadecimal, as names of Django have a part of.</summary>
    public static string Md5(string text) =>
#pragma warning disable CA5351 // A name, not a secret: Django's own rule.
        Convert.ToHexString(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
#pragma warning restore CA5351
}
