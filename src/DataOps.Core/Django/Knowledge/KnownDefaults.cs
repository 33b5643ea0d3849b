namespace DataOps.Core.Django.Knowledge;

/// <summary>
/// The defaults of the fields of Django's and Wagtail's own models, which are in Python and not in the database.
/// </summary>
/// <remarks>Empty texts are left out: a text field has '' where its model says nothing.</remarks>
internal static class KnownDefaults
{
    private static readonly Dictionary<ModelLabel, Dictionary<string, string>> s_constants = new()
    {
        [new("flatpages", "flatpage")] = False("enable_comments", "registration_required"),
        [new("comments", "comment")] = Both(["is_public"], ["is_removed"]),
        [new("django_comments", "comment")] = Both(["is_public"], ["is_removed"]),
        [WagtailTables.Page] = new(Both(
            ["live"], ["has_unpublished_changes", "show_in_menus", "locked", "expired"])) { ["numchild"] = "0" },
        [WagtailTables.Collection] = new() { ["numchild"] = "0" },
        [WagtailTables.Site] = new(False("is_default_site")) { ["port"] = "80" },
        [WagtailTables.PageRevision] = False("submitted_for_moderation"),
        [WagtailTables.Revision] = False("submitted_for_moderation"),
        [WagtailTables.Core("task")] = Both(["active"], []),
        [WagtailTables.Core("workflow")] = Both(["active"], []),
        [WagtailTables.WorkflowState] = new() { ["status"] = "'in_progress'" },
        [WagtailTables.Core("taskstate")] = new() { ["status"] = "'in_progress'" },
        [WagtailTables.PageLogEntry] = new(False("content_changed", "deleted")) { ["data"] = "'{}'" },
        [WagtailTables.ModelLogEntry] = new(False("content_changed", "deleted")) { ["data"] = "'{}'" },
        [WagtailTables.Redirect] = Both(["is_permanent"], ["automatically_created"]),
        [new("wagtailsearchpromotions", "querydailyhits")] = new() { ["hits"] = "0" },
        [new("wagtailusers", "userprofile")] = new(Both(
            ["submitted_notifications", "approved_notifications", "rejected_notifications",
                "updated_comments_notifications", "keyboard_shortcuts"], []))
        {
            ["dismissibles"] = "'{}'", ["theme"] = "'system'", ["contrast"] = "'system'", ["density"] = "'default'",
        },
    };

    // AbstractUser, whatever the project calls its user model.
    private static readonly Dictionary<string, string> s_user = Both(["is_active"], ["is_staff", "is_superuser"]);

    private static readonly Dictionary<(ModelLabel Model, string Column), string> s_madeAnew = new()
    {
        [(DjangoTables.LogEntry, "action_time")] = "pg_catalog.now()",
        [(WagtailTables.Page, "translation_key")] = "pg_catalog.gen_random_uuid()",
    };

    /// <summary>Whether a model is Django's, Wagtail's or a user: then all its defaults are known.</summary>
    public static bool Knows(Model model) =>
        IsOfDjangoOrWagtail(model.Label) || KnownNaturalKeys.UserName(model.Table) is not null;

    /// <summary>Whether a model is one of those that Django, Wagtail and taggit bring with them.</summary>
    public static bool IsOfDjangoOrWagtail(ModelLabel label) =>
        s_constants.ContainsKey(label)
            || label.App is "admin" or "auth" or "contenttypes" or "redirects" or "sessions" or "sites" or "taggit"
            || label.App.StartsWith("wagtail", StringComparison.Ordinal);

    /// <summary>The default that is the same for each row, as SQL; null where none is known.</summary>
    public static string? Constant(Model model, string column) =>
        (KnownNaturalKeys.UserName(model.Table) is null ? s_constants.GetValueOrDefault(model.Label) : s_user)
            ?.GetValueOrDefault(column);

    /// <summary>The default that is made anew for each row, as SQL; null where none is known.</summary>
    public static string? MadeAnew(Model model, string column) =>
        column == "date_joined" && KnownNaturalKeys.UserName(model.Table) is not null
            ? "pg_catalog.now()"
            : s_madeAnew.GetValueOrDefault((model.Label, column));

    /// <summary>
    /// The query of the only row that a reference can mean by default; null where there is none. It gives NULL where
    /// several could be meant.
    /// </summary>
    public static SqlText? Target(ReferenceCatalog catalog, Reference reference) => reference.Target switch
    {
        // The root of the collections, and the locale of a site that has one.
        { } target when target == catalog.TableOf(WagtailTables.Collection) =>
            (SqlText)$"select case count(*) when 1 then min(t.id) end from {target} t where t.depth = 1",
        { } target when target == catalog.TableOf(WagtailTables.Locale) =>
            (SqlText)$"select case count(*) when 1 then min(t.id) end from {target} t",
        _ => null,
    };

    private static Dictionary<string, string> False(params string[] columns) => Both([], columns);

    private static Dictionary<string, string> Both(string[] isTrue, string[] isFalse) =>
        isTrue.Select(c => (c, "true")).Concat(isFalse.Select(c => (c, "false"))).ToDictionary();
}
