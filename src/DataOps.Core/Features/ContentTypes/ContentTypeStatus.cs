namespace DataOps.Core.Features.ContentTypes;

/// <summary>What is thought of a content type, and why.</summary>
/// <param name="Type">The content type.</param>
/// <param name="Class">What it is.</param>
/// <param name="IsSuspect">Whether something speaks against a proxy or an unmanaged model.</param>
/// <param name="IsTold">Whether the operator's list has decided it.</param>
/// <param name="Evidence">The reasons, in words.</param>
internal sealed record ContentTypeStatus(
    ContentType Type, ContentTypeClass Class, bool IsSuspect, bool IsTold, IReadOnlyList<string> Evidence)
{
    /// <summary>Its app.</summary>
    public string AppLabel => Type.Label.App;

    /// <summary>Its model's name.</summary>
    public string ModelName => Type.Label.Name;

    /// <summary>Whether its model is there.</summary>
    public bool IsLive => Class is ContentTypeClass.Live or ContentTypeClass.LiveBuiltin;

    /// <summary>Whether its model is known to be gone.</summary>
    public bool IsGone => Class is ContentTypeClass.Stale or ContentTypeClass.Leftover;
}

/// <summary>
/// Judges content types by their tables, by the migrations that were applied, and by what the operator says.
/// </summary>
/// <param name="catalog">The tables.</param>
/// <param name="list">What the operator says.</param>
/// <param name="migrated">The apps of which a migration was applied; empty where the project does without
/// migrations.</param>
internal sealed class Verdicts(ReferenceCatalog catalog, ApplicationList list, IReadOnlySet<string> migrated)
{
    private readonly HashSet<string> _withTable =
        [.. catalog.ContentTypes.Where(c => c.Table is not null).Select(c => c.Label.App)];

    /// <summary>Reads what there is to read.</summary>
    public static Verdicts Read(
        Session session, ReferenceCatalog catalog, ApplicationList list, CancellationToken cancellation) => new(
        catalog,
        list,
        catalog.Database.Find(DjangoTables.Migrations) is { } migrations
            ? session.Query<string>($"select distinct app::text from {migrations}", cancellation).ToHashSet(
                StringComparer.Ordinal)
            : []);

    /// <summary>All content types, by label.</summary>
    public IReadOnlyList<ContentTypeStatus> All =>
        [.. catalog.ContentTypes.OrderBy(c => c.Label.ToString(), StringComparer.Ordinal).Select(Of)];

    private ContentTypeStatus Of(ContentType type)
    {
        string app = type.Label.App;
        string table = type.Table is null ? "no table" : $"table {type.Table.DisplayName}";
        if (list.HasModel(type.Label))
            return new(type, ContentTypeClass.Live, false, true, ["the list of models names it", table]);
        if (list.KnowsModels)
            return Gone(type, $"not among the {list.Models} models of the list", table);
        if (list.KnowsApps && !list.HasApp(app))
            return Gone(type, $"{app} is not installed", table);
        return type.Table is null ? WithoutTable(type, app) : WithTable(type, app, table);
    }

    private static ContentTypeStatus Gone(ContentType type, string why, string table) =>
        new(type, type.Table is null ? ContentTypeClass.Stale : ContentTypeClass.Leftover, true, true, [why, table]);

    private ContentTypeStatus WithTable(ContentType type, string app, string table)
    {
        if (DjangoTables.TableNames.ContainsKey(type.Label))
            return new(type, ContentTypeClass.LiveBuiltin, false, false, [table]);
        return IsUnmigrated(app) && !list.KnowsApps
            ? new(type, ContentTypeClass.Undecidable, false, false, [table,
                $"but no migration of {app} was applied: perhaps the table of a removed app"])
            : new(type, ContentTypeClass.Live, false, false, [table]);
    }

    private ContentTypeStatus WithoutTable(ContentType type, string app)
    {
        if (DjangoTables.PermissionHolders.Contains(type.Label))
            return new(type, ContentTypeClass.LiveBuiltin, false, list.KnowsApps,
                ["no table: known to hold permissions only"]);
        if (type.ProxiedTable is { } proxied)
            return new(type, ContentTypeClass.Live, false, list.KnowsApps,
                [$"no table: a proxy, as the site description says, whose rows are in {proxied.DisplayName}"]);
        List<string> evidence =
            ["no table: removed, or a proxy, an unmanaged model, or one with a table of another name"];
        if (list.KnowsApps)
            evidence.Add($"{app} is installed");
        else if (IsUnmigrated(app))
            evidence.Add($"no migration of {app} was applied");
        if (!_withTable.Contains(app))
            evidence.Add($"no model of {app} has a table");
        return new(type, ContentTypeClass.Undecidable, IsUnmigrated(app) && !list.KnowsApps, false, evidence);
    }

    private bool IsUnmigrated(string app) => migrated.Count > 0 && !migrated.Contains(app);
}
