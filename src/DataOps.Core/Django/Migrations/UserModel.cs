namespace DataOps.Core.Django.Migrations;

/// <summary>The user model of a site.</summary>
internal static class UserModel
{
    /// <summary>The setting that names it.</summary>
    public const string Setting = "AUTH_USER_MODEL";

    /// <summary>
    /// The model that the database's references to AUTH_USER_MODEL lead to; without a database the only model of users.
    /// Null where that is not one.
    /// </summary>
    public static ModelLabel? Find(ProjectState state, ReferenceCatalog? catalog)
    {
        if (catalog is null)
            return Only(state.Models.Values
                .Where(m => m.Find("password") is not null && m.Find("last_login") is not null).Select(m => m.Label));
        Table[] targets = [.. Targets(state, catalog).Distinct()];
        return Only(targets.SelectMany(table => state.Models.Values
                .Where(m => m.Table is var name && (name == table.Name || name == table.DisplayName))
                .Select(m => m.Label)))
            // Its app may have no files.
            ?? Only(targets.Select(catalog.LabelOf).OfType<ModelLabel>()) ?? catalog.Site.UserModel;
    }

    private static ModelLabel? Only(IEnumerable<ModelLabel> users) =>
        users.Distinct().ToArray() is [var only] ? only : null;

    private static IEnumerable<Table> Targets(ProjectState state, ReferenceCatalog catalog) =>
        from model in state.Models.Values
        from field in model.Fields
        where field.Field.Kind is FieldKind.ForeignKey or FieldKind.OneToOne
            && ModelTarget.Of(field.Field["to"], model.Label)?.Setting == Setting
        let table = catalog.Database.Find(model.Table)
        where table is not null
        let column = field.Field["db_column"]?.Text ?? $"{field.Name}_id"
        let target = catalog.From(table).FirstOrDefault(r => r.IsDeclared && r.Column.Name == column)?.Target
        where target is not null
        select target;
}
