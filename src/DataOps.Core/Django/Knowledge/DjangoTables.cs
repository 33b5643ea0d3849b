namespace DataOps.Core.Django.Knowledge;

/// <summary>Django's own models, and tables and columns of which no catalogue says what they mean.</summary>
internal static class DjangoTables
{
    /// <summary>The table of applied migrations, which has no model.</summary>
    public const string Migrations = "django_migrations";

    /// <summary>The table that createcachetable makes, which has no model.</summary>
    public const string Cache = "django_cache_table";

    public static readonly ModelLabel ContentType = new("contenttypes", "contenttype");
    public static readonly ModelLabel Permission = new("auth", "permission");
    public static readonly ModelLabel Group = new("auth", "group");
    public static readonly ModelLabel LogEntry = new("admin", "logentry");
    public static readonly ModelLabel Site = new("sites", "site");
    public static readonly ModelLabel Redirect = new("redirects", "redirect");
    public static readonly ModelLabel Tag = new("taggit", "tag");
    public static readonly ModelLabel TaggedItem = new("taggit", "taggeditem");

    private static readonly ModelLabel s_constance = new("constance", "config");

    /// <summary>Django's user, unless AUTH_USER_MODEL names another model.</summary>
    public static readonly ModelLabel User = new("auth", "user");

    /// <summary>Tables that are not named app_model (Meta.db_table).</summary>
    public static readonly IReadOnlyDictionary<ModelLabel, string> TableNames = new Dictionary<ModelLabel, string>
    {
        [LogEntry] = "django_admin_log",
        [ContentType] = "django_content_type",
        [new("sessions", "session")] = "django_session",
        [Site] = "django_site",
        [Redirect] = "django_redirect",
        [new("flatpages", "flatpage")] = "django_flatpage",
        [new("comments", "comment")] = "django_comments",
        [new("django_comments", "comment")] = "django_comments",
        [new("comments", "commentflag")] = "django_comment_flags",
        [new("django_comments", "commentflag")] = "django_comment_flags",
        [new("threadedcomments", "threadedcomment")] = "threadedcomments_comment",
        [new("database", "constance")] = "constance_config",
    };

    /// <summary>
    /// Foreign keys with db_constraint=False and on_delete=DO_NOTHING, of which the database has no constraint.
    /// </summary>
    public static readonly IReadOnlyList<(ModelLabel Model, string Column, ModelLabel Target)> Soft =
    [
        (WagtailTables.PageLogEntry, "page_id", WagtailTables.Page),
        (WagtailTables.PageLogEntry, "user_id", User),
        (WagtailTables.PageLogEntry, "revision_id", WagtailTables.Revision),
        (WagtailTables.ModelLogEntry, "user_id", User),
        (WagtailTables.ModelLogEntry, "revision_id", WagtailTables.Revision),
    ];

    /// <summary>
    /// One-to-one fields of known packages, by table and column: without its constraint nothing but a unique key is
    /// left of one, which a number may have as well.
    /// </summary>
    public static readonly IReadOnlySet<(string Table, string Column)> OneToOne =
        new HashSet<(string, string)> { ("authtoken_token", "user_id"), ("wagtailusers_userprofile", "user_id") };

    /// <summary>Logs, whose references outlive their targets by design.</summary>
    public static readonly IReadOnlySet<ModelLabel> History = new HashSet<ModelLabel>
    {
        LogEntry, WagtailTables.ModelLogEntry, WagtailTables.PageLogEntry, new("reversion", "version"),
        new("auditlog", "logentry"),
        new("actstream", "action"),
    };

    /// <summary>
    /// Content types without a table that hold permissions only: an unmanaged model, or none at all, as
    /// django-constance makes one.
    /// </summary>
    public static readonly IReadOnlySet<ModelLabel> PermissionHolders = new HashSet<ModelLabel>
    {
        new("wagtailadmin", "admin"), new("simple_translation", "simpletranslation"), s_constance,
        new("django_rq", "queue"),
        new("django_rq", "dashboard"),
    };

    /// <summary>
    /// Whether a table is named after a content type that holds permissions only, and is another model's:
    /// constance_config is database.constance's, an older django-constance's.
    /// </summary>
    public static bool IsHolderBesideTable(ModelLabel label, Table? table) =>
        label == s_constance && table?.Find("key") is not null && table.Find("value") is not null;

    /// <summary>Models whose rows the application makes anew from others: not exported unless asked for.</summary>
    public static readonly IReadOnlySet<ModelLabel> Derived = new HashSet<ModelLabel>
    {
        WagtailTables.Rendition, WagtailTables.ReferenceIndex, WagtailTables.SearchEntry,
        new("wagtailsearch", "sqliteftsindexentry"),
        new("sessions", "session"), WagtailTables.EditingSession,
    };

    /// <summary>Names of object id columns of generic foreign keys, likeliest first.</summary>
    public static readonly IReadOnlyList<string> ObjectId = 
        ["object_id", "object_pk", "object_uuid", "obj_id", "local_id", "id", "pk", "uuid"];
}
