namespace DataOps.Core.Django.Knowledge;

/// <summary>
/// Names of fields that mean the same model in every project that has Django's and Wagtail's own models.
/// </summary>
internal static class KnownFields
{
    /// <summary>The models that they refer to.</summary>
    public static readonly IReadOnlyDictionary<string, ModelLabel> Targets = new Dictionary<string, ModelLabel>
    {
        ["content_type"] = DjangoTables.ContentType,
        ["base_content_type"] = DjangoTables.ContentType,
        ["page"] = WagtailTables.Page,
        ["page_ptr"] = WagtailTables.Page,
        ["root_page"] = WagtailTables.Page,
        ["locale"] = WagtailTables.Locale,
        ["revision"] = WagtailTables.Revision,
        ["latest_revision"] = WagtailTables.Revision,
        ["live_revision"] = WagtailTables.Revision,
        ["collection"] = WagtailTables.Collection,
        ["group"] = DjangoTables.Group,
        ["groups"] = DjangoTables.Group,
        ["permission"] = DjangoTables.Permission,
        ["permissions"] = DjangoTables.Permission,
        ["user_permissions"] = DjangoTables.Permission,
        ["tag"] = DjangoTables.Tag,
        ["owner"] = DjangoTables.User,
        ["user"] = DjangoTables.User,
        ["uploaded_by_user"] = DjangoTables.User,
        ["locked_by"] = DjangoTables.User,
    };
}
