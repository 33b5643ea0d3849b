namespace DataOps.Core.Django.Knowledge;

/// <summary>Columns that a model's own migrations make unique.</summary>
/// <param name="Model">The model.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Broken">What fails where two rows have the same values.</param>
internal sealed record KnownUniqueKey(ModelLabel Model, IReadOnlyList<string> Columns, string Broken);

/// <summary>The unique keys of Django's, Wagtail's and taggit's tables on which their code relies.</summary>
internal static class KnownUniqueKeys
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<KnownUniqueKey> All =
    [
        new(DjangoTables.ContentType, ["app_label", "model"],
            "ContentType.objects.get_for_model fails, and with it the admin and the permissions of the model"),
        new(DjangoTables.Permission, ["content_type_id", "codename"],
            "the permission is granted by one row and taken away by the other, and natural keys name neither"),
        new(DjangoTables.Group, ["name"], "the group cannot be found by its name, nor loaded by natural key"),
        new(DjangoTables.User, ["username"], "nobody can log in by that name"),
        new(DjangoTables.Site, ["domain"], "the site of a request cannot be found by its host name"),
        new(DjangoTables.Redirect, ["site_id", "old_path"], "the redirect fails"),
        new(DjangoTables.Tag, ["name"], "an object cannot be given the tag"),
        new(DjangoTables.Tag, ["slug"], "the tag cannot be found by its slug"),
        new(WagtailTables.Site, ["hostname", "port"], "which of the sites answers is chance"),
        new(WagtailTables.Locale, ["language_code"], "the locale cannot be found by its language"),
        new(WagtailTables.Redirect, ["old_path", "site_id"], "which of the redirects is followed is chance"),
    ];
}
