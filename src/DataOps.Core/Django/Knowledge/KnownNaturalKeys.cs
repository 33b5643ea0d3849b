namespace DataOps.Core.Django.Knowledge;

/// <summary>The natural keys of Django's, Wagtail's (7.3) and taggit's models, which no catalogue holds.</summary>
internal static class KnownNaturalKeys
{
    /// <summary>Natural keys that are columns of the model's own table.</summary>
    public static readonly IReadOnlyDictionary<ModelLabel, string[]> Columns = new Dictionary<ModelLabel, string[]>
    {
        [DjangoTables.ContentType] = ["app_label", "model"],
        [DjangoTables.Group] = ["name"],
        [DjangoTables.Site] = ["domain"],
        [DjangoTables.Tag] = ["name"],
        [WagtailTables.Site] = ["hostname", "port"],
        [WagtailTables.Page] = ["url_path"],
    };

    // Their natural_key() gives instances, or a value that several rows share: a dump leaves the pk out and nothing can
    // be written as such a key.
    private static readonly Dictionary<ModelLabel, string[]> s_onlyLeftOut = new()
    {
        [DjangoTables.TaggedItem] = ["tag_id", "content_type_id", "object_id"],
        [WagtailTables.Core("groupcollectionpermission")] = ["group_id", "collection_id", "permission_id"],
        [WagtailTables.Core("groupsitepermission")] = ["group_id", "site_id", "permission_id"],
    };

    /// <summary>The natural keys of a database's tables, without inherited ones.</summary>
    public static IEnumerable<NaturalKey> In(ReferenceCatalog catalog)
    {
        Dictionary<uint, NaturalKey?> found = [];
        void Take(ModelLabel label, Func<Table, NaturalKey?> key)
        {
            if (catalog.TableOf(label) is { IsReadable: true } table)
                found[table.Oid] = key(table);
        }
        foreach ((ModelLabel label, string[] fields) in catalog.Site.NaturalKeys)
            Take(label, table => OfColumns(table, ColumnsOf(catalog, table, fields), true));
        if (catalog.Site is { UserModel: { } user, UserNameField: { } name })
            Take(user, table => OfColumns(table, ColumnsOf(catalog, table, [name]), true));
        Take(DjangoTables.Permission, table => Permission(catalog, table));
        Take(WagtailTables.Collection, Collection);
        foreach ((ModelLabel label, string[] columns) in Columns)
            Take(label, table => OfColumns(table, columns, true));
        foreach ((ModelLabel label, string[] columns) in s_onlyLeftOut)
            Take(label, table => OfColumns(table, columns, false));
        foreach (Table table in catalog.Database.Tables.Where(t => t.IsReadable))
            found.TryAdd(table.Oid, ByShape(catalog, table));
        return found.Values.OfType<NaturalKey>();
    }

    private static string[] ColumnsOf(ReferenceCatalog catalog, Table table, string[] fields) =>
        [.. fields.Select(f => catalog.ModelOf(table)?.Fields.FirstOrDefault(m => m.Name == f)?.Column.Name ?? f)];

    // What projects call as they like.
    private static NaturalKey? ByShape(ReferenceCatalog catalog, Table table) =>
        UserName(table) is { } name ? OfColumns(table, [name], true)
        : HasTag(catalog, table) && ObjectOf(catalog, table) is { } tagged
            ? OfColumns(table, ["tag_id", .. tagged], false)
        : IsTag(catalog, table) ? OfColumns(table, ["name"], true)
        : null;

    private static NaturalKey? OfColumns(Table table, string[] columns, bool canBeReferredTo) =>
        columns.All(c => table.Find(c) is not null)
        ? new NaturalKey(table, [.. columns.Select(c => new NaturalKeyPart([], table.Find(c)!))], canBeReferredTo)
        : null;

    private static NaturalKey? Permission(ReferenceCatalog catalog, Table table) =>
        catalog.From(table).FirstOrDefault(
            r => r.Column.Name == "content_type_id"
                && r.Target == catalog.TableOf(DjangoTables.ContentType)) is { } type
            ? new NaturalKey(table, [
                new NaturalKeyPart([], table.Find("codename")!),
                new NaturalKeyPart([type], type.Target!.Find("app_label")!),
                new NaturalKeyPart([type], type.Target.Find("model")!)], true)
            : null;

    private static NaturalKey? Collection(Table table) => table.Find("path") is { } path
        ? new NaturalKey(table, [new NaturalKeyPart([], table.Find("name")!) { AlongTree = path }], true)
        : null;

    /// <summary>
    /// The column that names a user: username, else email, else the only unique text; null for a table of no users.
    /// </summary>
    internal static string? UserName(Table table)
    {
        if (!IsOfUsers(table))
            return null;
        string[] unique =
            [.. table.UniqueKeys.Where(
                k => k.Count == 1 && table.Find(k[0])!.Type.Underlying.Name is "varchar" or "text" or "citext")
            .Select(k => k[0])];
        return unique.Contains("username")
            ? "username"
            : unique.Contains("email") ? "email" : unique.Length == 1 ? unique[0] : null;
    }

    /// <summary>Whether rows are users: of Django's model, or of the project's own (AUTH_USER_MODEL).</summary>
    internal static bool IsOfUsers(Table table) =>
        table.Find("password") is not null && table.Find("last_login") is not null;

    // ItemBase: a tag, and the object that has it.
    private static bool HasTag(ReferenceCatalog catalog, Table table) =>
        catalog.From(table).FirstOrDefault(r => r.Column.Name == "tag_id")?.Target is { } tag && HasNameAndSlug(tag);

    // TaggedItemBase has a foreign key, GenericTaggedItemBase a generic one; null for what has neither.
    private static string[]? ObjectOf(ReferenceCatalog catalog, Table table) =>
        catalog.From(table).Any(r => r.Column.Name == "content_object_id" && r.Target is not null)
            ? ["content_object_id"]
        : catalog.From(table).Any(r => r is { Column.Name: "object_id", ContentTypeColumn.Name: "content_type_id" })
            ? ["content_type_id", "object_id"]
        : null;

    // TagBase: what a tagged item's tag_id refers to.
    private static bool IsTag(ReferenceCatalog catalog, Table table) =>
        HasNameAndSlug(table)
            && catalog.To(table).Any(r => r.Column.Name == "tag_id" && ObjectOf(catalog, r.Table) is not null);

    private static bool HasNameAndSlug(Table table) =>
        table.UniqueKeys.Any(k => k is ["name"]) && table.UniqueKeys.Any(k => k is ["slug"]);
}
