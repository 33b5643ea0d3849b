namespace DataOps.Core.Django.Migrations;

/// <summary>What a site's settings say of its models and migrations, as far as the operator tells (-Setting).</summary>
/// <param name="Models">The models that settings name, as AUTH_USER_MODEL.</param>
/// <param name="MigrationModules">MIGRATION_MODULES: the modules of migrations by the labels of their apps.</param>
internal sealed record SiteSettings(
    IReadOnlyDictionary<string, ModelLabel> Models, IReadOnlyDictionary<string, string> MigrationModules)
{
    /// <summary>The setting that names modules of migrations.</summary>
    public const string MigrationModulesName = "MIGRATION_MODULES";

    /// <summary>None.</summary>
    public static SiteSettings None { get; } = Parse([]);

    /// <summary>Reads pairs, as AUTH_USER_MODEL=accounts.User and MIGRATION_MODULES.shop=shop.db_migrations.</summary>
    /// <exception cref="DataOpsException"><c>InvalidOption</c>: a pair is none.</exception>
    public static SiteSettings Parse(IReadOnlyList<string> pairs)
    {
        Dictionary<string, ModelLabel> models = [];
        Dictionary<string, string> modules = [];
        foreach (string pair in pairs)
            if (pair.Split('=') is not [{ Length: > 0 } name, { Length: > 0 } value])
                throw Invalid(pair);
            else if (name.Split('.', 2) is [MigrationModulesName, { Length: > 0 } app])
                modules[app] = value;
            else
                models[name] = ModelLabel.Parse(value) ?? throw Invalid(pair);
        return new(models, modules);
    }

    private static DataOpsException Invalid(string pair) => new(
        ErrorIds.InvalidOption, FailureKind.InvalidArgument,
        $"-Setting {pair} is neither NAME=app.Model nor {MigrationModulesName}.APP=MODULE.",
        $"As AUTH_USER_MODEL=accounts.User, or {MigrationModulesName}.shop=shop.db_migrations.", pair);
}
