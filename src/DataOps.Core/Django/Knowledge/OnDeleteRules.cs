namespace DataOps.Core.Django.Knowledge;

/// <summary>Django's on_delete: what happens to a row when the row that it references is deleted.</summary>
internal enum OnDelete
{
    /// <summary>The row is deleted too.</summary>
    Cascade,

    /// <summary>The reference is set to NULL.</summary>
    SetNull,

    /// <summary>
    /// Nothing is known but that the reference may be NULL: it is cleared, unless a person says that the row goes too.
    /// </summary>
    MostLikelySetNull,

    /// <summary>The page becomes a plain page (Wagtail's SET(get_default_page_content_type)).</summary>
    SetPlainPage,

    /// <summary>The referenced row cannot be deleted.</summary>
    Protect,

    /// <summary>The application's on_delete is not known.</summary>
    Unknown,

    /// <summary>
    /// Nothing is to be done: the row may keep its reference, or the constraint's own action changes it.
    /// </summary>
    DoNothing,
}

/// <summary>
/// The on_delete of references, which no catalogue holds: known for Django's and Wagtail's own models.
/// </summary>
internal static class OnDeleteRules
{
    private static readonly Dictionary<ModelLabel, string[]> s_cascade = new()
    {
        [DjangoTables.Permission] = ["content_type_id"],
        [DjangoTables.LogEntry] = ["user_id"],
        [new("authtoken", "token")] = ["user_id"],
        [new("redirects", "redirect")] = ["site_id"],
        [DjangoTables.TaggedItem] = ["tag_id", "content_type_id"],
        [WagtailTables.Site] = ["root_page_id"],
        [WagtailTables.Revision] = ["content_type_id", "base_content_type_id"],
        [WagtailTables.Core("grouppagepermission")] = ["group_id", "page_id", "permission_id"],
        [WagtailTables.Core("groupcollectionpermission")] = ["group_id", "collection_id", "permission_id"],
        [WagtailTables.Core("groupsitepermission")] = ["group_id", "site_id", "permission_id"],
        [WagtailTables.Core("pageviewrestriction")] = ["page_id"],
        [WagtailTables.Core("collectionviewrestriction")] = ["collection_id"],
        [WagtailTables.Core("workflowpage")] = ["page_id", "workflow_id"],
        [WagtailTables.Core("workflowcontenttype")] = ["content_type_id", "workflow_id"],
        [WagtailTables.Core("workflowtask")] = ["workflow_id", "task_id"],
        [WagtailTables.WorkflowState] = ["workflow_id", "content_type_id", "base_content_type_id"],
        [WagtailTables.Core("task")] = ["content_type_id"],
        [WagtailTables.Core("taskstate")] = ["workflow_state_id", "task_id", "revision_id", "content_type_id"],
        [WagtailTables.Comment] = ["page_id", "user_id", "revision_created_id"],
        [WagtailTables.Core("commentreply")] = ["comment_id", "user_id"],
        [WagtailTables.Core("pagesubscription")] = ["page_id", "user_id"],
        [WagtailTables.ReferenceIndex] = ["content_type_id", "base_content_type_id", "to_content_type_id"],
        [WagtailTables.SearchEntry] = ["content_type_id"],
        [WagtailTables.Image] = ["collection_id"],
        [WagtailTables.Rendition] = ["image_id"],
        [new("wagtaildocs", "document")] = ["collection_id"],
        [new("wagtailforms", "formsubmission")] = ["page_id"],
        [WagtailTables.Redirect] = ["site_id", "redirect_page_id"],
        [new("wagtailusers", "userprofile")] = ["user_id"],
        [WagtailTables.EditingSession] = ["user_id", "content_type_id"],
        [WagtailTables.Core("uploadedfile")] = ["for_content_type_id"],
    };

    // Content types that Django and Wagtail clear; a nullable one elsewhere is most often half of a generic reference,
    // whose code says CASCADE.
    private static readonly HashSet<ModelLabel> s_clearedTypes =
        [DjangoTables.LogEntry, WagtailTables.PageLogEntry, WagtailTables.ModelLogEntry];

    // Of Django's and Wagtail's own models all that may be NULL is cleared.
    private static bool IsOwn(ModelLabel? model) =>
        model is not null
            && (model.App.StartsWith("wagtail", StringComparison.Ordinal) || model.App is "admin" or "auth");

    /// <summary>What happens to rows that make a reference.</summary>
    /// <remarks>
    /// An action of the constraint comes first, then what the description of the site says, then what is known; else a
    /// reference that may be NULL is cleared, but for one to a content type.
    /// </remarks>
    public static OnDelete Of(ReferenceCatalog catalog, Reference reference)
    {
        if (reference.Severity == Severity.Expected || !reference.IsDeclared)
            return OnDelete.DoNothing;
        if (reference.Constraint is { IsEnforced: true, OnDelete: "CASCADE" or "SET NULL" or "SET DEFAULT" })
            return OnDelete.DoNothing;
        ModelLabel? from = catalog.ModelOf(reference.Table)?.Label;
        ModelLabel? target = reference.Target is { } table ? catalog.ModelOf(table)?.Label : null;
        string column = reference.Column.Name;
        OnDelete? told = catalog.ModelOf(reference.Table) is { } model
            ? catalog.Site.OnDeleteOf(model.Label, model.FieldOf(reference.Column))
            : null;
        if (told is not (null or OnDelete.Unknown))
            return told.Value;
        if (reference.Constraint is { OnDelete: "RESTRICT" } || target == WagtailTables.Locale)
            return OnDelete.Protect;
        if (from == WagtailTables.Page && column == "content_type_id")
            return OnDelete.SetPlainPage;
        // SET and SET_DEFAULT: the description says that the application writes something, and not what.
        if (told is not null)
            return OnDelete.Unknown;
        if (reference.IsParentLink || catalog.Owners.ContainsKey(reference.Table.Oid)
            || (from is not null && s_cascade.GetValueOrDefault(from, []).Contains(column)))
            return OnDelete.Cascade;
        bool isCleared = target != DjangoTables.ContentType
            || (column == "content_type_id" && from is not null && s_clearedTypes.Contains(from));
        return reference is not { IsNullable: true, Columns.Count: 1 } || !isCleared ? OnDelete.Unknown
            : IsOwn(from) ? OnDelete.SetNull : OnDelete.MostLikelySetNull;
    }
}
