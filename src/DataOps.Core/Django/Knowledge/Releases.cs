namespace DataOps.Core.Django.Knowledge;

/// <summary>
/// The releases of Django and Wagtail by their newest migration of auth and of wagtailcore: no database tells its
/// versions otherwise.
/// </summary>
/// <remarks>
/// From the tags of https://github.com/wagtail/wagtail, and
/// https://github.com/django/django/tree/main/django/contrib/auth/migrations.
/// </remarks>
internal static class Releases
{
    private static readonly Dictionary<string, string> s_django = new()
    {
        ["0001_initial"] = "1.7",
        ["0006_require_contenttypes_0002"] = "1.8",
        ["0007_alter_validators_add_error_messages"] = "1.9",
        ["0008_alter_user_username_max_length"] = "1.10 to 1.11",
        ["0009_alter_user_last_name_max_length"] = "2.0 to 2.1",
        ["0011_update_proxy_permissions"] = "2.2 to 3.0",
        ["0012_alter_user_first_name_max_length"] = "3.1 or later",
    };

    private static readonly Dictionary<string, string> s_wagtail = new()
    {
        ["0040_page_draft_title"] = "1.12 to 2.3",
        ["0041_group_collection_permissions_verbose_name_plural"] = "2.4 to 2.7",
        ["0045_assign_unlock_grouppagepermission"] = "2.8 to 2.9",
        ["0052_pagelogentry"] = "2.10",
        ["0059_apply_collection_ordering"] = "2.11",
        ["0060_fix_workflow_unique_constraint"] = "2.12",
        ["0062_comment_models_and_pagesubscription"] = "2.13 to 2.14",
        ["0066_collection_management_permissions"] = "2.15 to 2.16",
        ["0069_log_entry_jsonfield"] = "3.0",
        ["0076_modellogentry_revision"] = "4.0 to 4.0.1",
        ["0077_alter_revision_user"] = "4.0.2 to 4.0.4",
        ["0078_referenceindex"] = "4.1",
        ["0083_workflowcontenttype"] = "4.2 to 5.0",
        ["0089_log_entry_data_json_null_to_object"] = "5.1 to 5.2",
        ["0091_remove_revision_submitted_for_moderation"] = "6.0",
        ["0093_uploadedfile"] = "6.1",
        ["0094_alter_page_locale"] = "6.2 to 7.0",
        ["0095_groupsitepermission"] = "7.1 to 7.2",
        ["0096_referenceindex_referenceindex_source_object_and_more"] = "7.2.1 to 7.3.1",
        ["0097_baselogentry_uuid_action_timestamp_indexes"] = "7.3.2 to 7.4",
        ["0098_apitoken"] = "8.0 or later",
    };

    /// <summary>The releases of Django with this newest migration of auth; null where none is known.</summary>
    public static string? OfDjango(string? migration) =>
        migration is null ? null : s_django.GetValueOrDefault(migration);

    /// <summary>The releases of Wagtail with this newest migration of wagtailcore; null where none is known.</summary>
    public static string? OfWagtail(string? migration) =>
        migration is null ? null : s_wagtail.GetValueOrDefault(migration);
}
