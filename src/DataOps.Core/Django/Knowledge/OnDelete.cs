using DataOps.Core.Django.References;
using DataOps.Core.Kernel;

namespace DataOps.Core.Django.Knowledge;

/// <summary>What happens to a row whose target is deleted: Django's on_delete.</summary>
internal enum OnDelete
{
    /// <summary>It goes too.</summary>
    Cascade,

    /// <summary>Its reference is cleared.</summary>
    SetNull,

    /// <summary>A page whose type goes becomes a plain page (Wagtail's SET(get_default_page_content_type)).</summary>
    SetPlainPage,

    /// <summary>It keeps its target from being deleted.</summary>
    Protect,

    /// <summary>Nothing tells.</summary>
    Unknown,

    /// <summary>It stays as it is; or the database does what has to be done.</summary>
    DoNothing,
}

/// <summary>Django's on_delete, which stands in no catalogue: known for its own tables and Wagtail's.</summary>
internal static class OnDeleteRules
{
    private static readonly HashSet<string> s_cascade =
    [
        "auth_permission.content_type_id", "django_admin_log.user_id", "authtoken_token.user_id", "django_redirect.site_id", "taggit_taggeditem.tag_id",
        "taggit_taggeditem.content_type_id", "wagtailcore_site.root_page_id", "wagtailcore_revision.content_type_id",
        "wagtailcore_revision.base_content_type_id", "wagtailcore_grouppagepermission.group_id", "wagtailcore_grouppagepermission.page_id",
        "wagtailcore_grouppagepermission.permission_id", "wagtailcore_groupcollectionpermission.group_id",
        "wagtailcore_groupcollectionpermission.collection_id", "wagtailcore_groupcollectionpermission.permission_id",
        "wagtailcore_groupsitepermission.group_id", "wagtailcore_groupsitepermission.site_id", "wagtailcore_groupsitepermission.permission_id",
        "wagtailcore_pageviewrestriction.page_id", "wagtailcore_collectionviewrestriction.collection_id", "wagtailcore_workflowpage.page_id",
        "wagtailcore_workflowpage.workflow_id", "wagtailcore_workflowcontenttype.content_type_id", "wagtailcore_workflowcontenttype.workflow_id",
        "wagtailcore_workflowtask.workflow_id", "wagtailcore_workflowtask.task_id", "wagtailcore_workflowstate.workflow_id",
        "wagtailcore_workflowstate.content_type_id", "wagtailcore_workflowstate.base_content_type_id", "wagtailcore_task.content_type_id",
        "wagtailcore_taskstate.workflow_state_id", "wagtailcore_taskstate.task_id", "wagtailcore_taskstate.revision_id",
        "wagtailcore_taskstate.content_type_id", "wagtailcore_comment.page_id", "wagtailcore_comment.user_id", "wagtailcore_comment.revision_created_id",
        "wagtailcore_commentreply.comment_id", "wagtailcore_commentreply.user_id", "wagtailcore_pagesubscription.page_id",
        "wagtailcore_pagesubscription.user_id", "wagtailcore_referenceindex.content_type_id", "wagtailcore_referenceindex.base_content_type_id",
        "wagtailcore_referenceindex.to_content_type_id", "wagtailsearch_indexentry.content_type_id", "wagtailimages_image.collection_id",
        "wagtailimages_rendition.image_id", "wagtaildocs_document.collection_id", "wagtailforms_formsubmission.page_id", "wagtailredirects_redirect.site_id",
        "wagtailredirects_redirect.redirect_page_id", "wagtailusers_userprofile.user_id", "wagtailadmin_editingsession.user_id",
        "wagtailadmin_editingsession.content_type_id", "wagtailcore_uploadedfile.for_content_type_id",
    ];

    // Content types that Django and Wagtail clear; a nullable one elsewhere is most often half of a generic reference, whose code says CASCADE.
    private static readonly HashSet<string> s_clearedTypes =
    [
        "django_admin_log.content_type_id", "wagtailcore_pagelogentry.content_type_id", "wagtailcore_modellogentry.content_type_id",
    ];

    /// <summary>What happens to rows that make a reference.</summary>
    /// <remarks>
    /// An action of the constraint comes first, then what is known; else a reference that may be NULL is cleared, but for one to a content type.
    /// </remarks>
    public static OnDelete Of(ReferenceCatalog catalog, Reference reference)
    {
        string column = $"{reference.Table.Name}.{reference.Column.Name}";
        if (reference.Severity == Severity.Expected || !reference.IsDeclared)
            return OnDelete.DoNothing;
        if (reference.Constraint is { IsEnforced: true, OnDelete: "CASCADE" or "SET NULL" or "SET DEFAULT" })
            return OnDelete.DoNothing;
        if (reference.Constraint is { OnDelete: "RESTRICT" } || reference.Target?.Name == "wagtailcore_locale")
            return OnDelete.Protect;
        if (column == "wagtailcore_page.content_type_id")
            return OnDelete.SetPlainPage;
        if (reference.IsParentLink || catalog.Owners.ContainsKey(reference.Table.Oid) || s_cascade.Contains(column))
            return OnDelete.Cascade;
        return reference is { IsNullable: true, Columns.Count: 1 } && (s_clearedTypes.Contains(column) || reference.Target?.Name != "django_content_type")
            ? OnDelete.SetNull
            : OnDelete.Unknown;
    }
}
