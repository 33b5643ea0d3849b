namespace DataOps.Core.Features.ContentTypes;

/// <summary>A permission of a live model whose codename is no longer there.</summary>
/// <param name="Id">auth_permission.id.</param>
/// <param name="Type">Its content type.</param>
/// <param name="Codename">Its codename.</param>
/// <param name="Why">Why it is taken for stale.</param>
/// <param name="RenameTo">The codename that took its place.</param>
internal sealed record StaleCodename(int Id, ContentTypeStatus Type, string Codename, string Why, string? RenameTo)
{
    /// <summary>As app.model.codename.</summary>
    public string Name => $"{Type.Type.Label}.{Codename}";
}

/// <summary>Finds permissions of live models whose codenames are no longer there.</summary>
/// <remarks>
/// Only the list of all permissions tells it for certain. Without it, those that Django makes by default for another
/// model's name are what a renamed model leaves behind, if add, change and delete are all there; any other codename may
/// be in a model's Meta.permissions.
/// </remarks>
internal static class StalePermissions
{
    /// <summary>What Django makes permissions for by default.</summary>
    public static readonly IReadOnlyList<string> DefaultActions = ["add", "change", "delete", "view"];

    /// <summary>All of them, by model and codename.</summary>
    public static IEnumerable<StaleCodename> Find(
        Session session, ReferenceCatalog catalog, ApplicationList list, IReadOnlyList<ContentTypeStatus> verdicts,
        CancellationToken cancellation)
    {
        if (catalog.TableOf(DjangoTables.Permission) is not { } table)
            return [];
        ILookup<int, (int Id, int Type, string Codename)> permissions =
            session.Query<(int Id, int Type, string Codename)>(
            $"select id::int, content_type_id::int, codename::text from {table} order by codename collate \"C\"",
            cancellation).ToLookup(p => p.Type);
        return verdicts.Where(v => v.IsLive).SelectMany(v => Of(v, [.. permissions[v.Type.Id]], list));
    }

    /// <summary>Whether Django makes it by default for a model of this name.</summary>
    public static bool IsDefault(string codename, string model) => DefaultActions.Any(a => codename == $"{a}_{model}");

    private static IEnumerable<StaleCodename> Of(
        ContentTypeStatus type, (int Id, int Type, string Codename)[] permissions, ApplicationList list)
    {
        string? Replacement(string codename) =>
            Split(codename) is { } split && split.Model != type.ModelName
                && permissions.Any(p => p.Codename == $"{split.Action}_{type.ModelName}")
                ? $"{split.Action}_{type.ModelName}"
                : null;
        if (list.KnowsPermissions && list.HasModel(type.Type.Label))
            return permissions
                .Where(p => !list.HasPermission($"{type.Type.Label}.{p.Codename}"))
                .Select(p => new StaleCodename(
                    p.Id, type, p.Codename, "not among the permissions of the list", Replacement(p.Codename)));
        return
            from p in permissions
            let split = Split(p.Codename)
            where split is not null && split.Value.Model != type.ModelName
            group (p, split.Value.Action) by split.Value.Model into other
            where DefaultActions.Take(3).All(a => other.Any(o => o.Action == a))
            from o in other
            select new StaleCodename(
                o.p.Id, type, o.p.Codename,
                $"a default permission of {type.AppLabel}.{other.Key}, left behind when the model was renamed to "
                    + $"{type.ModelName}",
                Replacement(o.p.Codename));
    }

    private static (string Action, string Model)? Split(string codename) =>
        DefaultActions.FirstOrDefault(a => codename.StartsWith(a + "_", StringComparison.Ordinal)) is { } action
            ? (action, codename[(action.Length + 1)..])
            : null;
}
