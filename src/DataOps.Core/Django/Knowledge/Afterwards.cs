using DataOps.Core.Django.Trees;

namespace DataOps.Core.Django.Knowledge;

/// <summary>
/// What an application derives from its rows when it saves them itself, and what brings it up to date after a change
/// that it did not see.
/// </summary>
/// <param name="What">What is stale, joined by commas; null when nothing is.</param>
/// <param name="Commands">The management commands, joined by semicolons.</param>
internal sealed record Afterwards(string? What, string? Commands)
{
    /// <summary>Nothing.</summary>
    public static readonly Afterwards None = new(null, null);

    /// <summary>What searches find, and where.</summary>
    public static readonly Afterwards SearchIndex = new("search index", "manage.py update_index");

    /// <summary>By which Wagtail makes the urls of pages; an hour old at most.</summary>
    public static readonly Afterwards SiteRootPaths = new(
        "site root paths in the cache",
        "manage.py shell -c \"from wagtail.models import Site; Site.clear_site_root_paths_cache()\"");

    // The model without which there is no such thing, and the models that cause it: all when there are none.
    private static readonly (Afterwards State, ModelLabel Model, ModelLabel[] Causes)[] s_known =
    [
        (SearchIndex, WagtailTables.SearchEntry, []),
        (new("reference index", "manage.py rebuild_references_index"), WagtailTables.ReferenceIndex, []),
        (SiteRootPaths, WagtailTables.Site, [WagtailTables.Page, WagtailTables.Site]),
        (new("image renditions", "manage.py wagtail_update_image_renditions"), WagtailTables.Rendition,
            [WagtailTables.Image]),
        (new("content types in the memory of running processes", "restart of the application's processes"),
            DjangoTables.ContentType,
            [DjangoTables.ContentType]),
    ];

    private static readonly Afterwards s_cache = new(
        "database cache", "manage.py shell -c \"from django.core.cache import cache; cache.clear()\"");

    /// <summary>What a change of these models makes stale, but for what a loaded file brings itself.</summary>
    /// <param name="catalog">The models.</param>
    /// <param name="written">The labels of the models whose rows were changed.</param>
    /// <param name="inFile">The labels of the models that a loaded file holds.</param>
    public static Afterwards Of(
        ReferenceCatalog catalog, IReadOnlyCollection<string> written, IReadOnlyCollection<string> inFile)
    {
        HashSet<ModelLabel> changed = [.. written.Select(ModelLabel.Parse).OfType<ModelLabel>()];
        HashSet<ModelLabel> loaded = [.. inFile.Select(ModelLabel.Parse).OfType<ModelLabel>()];
        if (changed.IsSubsetOf(DjangoTables.Derived))
            return None;
        return s_known
            .Where(k => catalog.TableOf(k.Model) is not null
                && (k.Causes.Length == 0 ? !loaded.Contains(k.Model) : k.Causes.Any(changed.Contains)))
            .Aggregate(None, (all, known) => all.And(known.State))
            .And(ClosuresOf(catalog, changed, loaded))
            .And(catalog.Database.Find(DjangoTables.Cache) is null ? None : s_cache);
    }

    // Closure rows follow from the parents, which the application alone writes there.
    private static Afterwards ClosuresOf(
        ReferenceCatalog catalog, HashSet<ModelLabel> changed, HashSet<ModelLabel> loaded) =>
        new TreeReader(catalog).Read()
            .Where(t => catalog.LabelOf(t.Table) is { } label && changed.Contains(label))
            .SelectMany(t => ClosureTable.Of(catalog, t))
            .Where(c => catalog.LabelOf(c.Table) is not { } label
                || !(changed.Contains(label) || loaded.Contains(label)))
            .Select(c => new Afterwards(
                $"closure rows in {c.Table}", $"rebuild of {c.Table} by its package, as rebuildtable() of the model"))
            .Aggregate(None, (all, closure) => all.And(closure));

    /// <summary>The files that deleted rows leave behind.</summary>
    /// <param name="catalog">The models.</param>
    /// <param name="deleted">The tables that rows were deleted from, by their display names.</param>
    public static Afterwards FilesOf(ReferenceCatalog catalog, IReadOnlyCollection<string> deleted)
    {
        // The fields that the description names; else the one that Wagtail's models and most others have.
        string[] fields = [.. catalog.Models.Where(m => deleted.Contains(m.Table.DisplayName)).SelectMany(m =>
            catalog.Site.FileFields.Keys.Where(f => f.Model == m.Label).Select(f => f.Field).Order().ToArray()
                is { Length: > 0 } told ? [$"{m.Label} ({string.Join(", ", told)})"]
                : m.Table.Find("file") is { Type.Underlying.Name: "varchar" } ? (string[])[m.Label.ToString()]
                : [])];
        return fields.Length == 0 ? None
            : new($"files of deleted rows of {string.Join(" and ", fields)}",
                "deletion of those files from MEDIA_ROOT");
    }

    /// <summary>The numbers of nested sets that count the nodes which were deleted.</summary>
    /// <param name="catalog">The models.</param>
    /// <param name="deleted">The tables that rows were deleted from, by their display names.</param>
    public static Afterwards TreeNumbersOf(ReferenceCatalog catalog, IReadOnlyCollection<string> deleted) =>
        new TreeReader(catalog).Read()
            .Where(t => t.Kind is TreeKind.Mptt or TreeKind.NestedSets && deleted.Contains(t.Table.DisplayName))
            .Select(t => new Afterwards($"tree numbers of {t.Table}", $"Repair-Tree {t.Table}"))
            .Aggregate(None, (all, tree) => all.And(tree));

    /// <summary>Warns of it when rows have been changed.</summary>
    public void Warn(OperationContext context)
    {
        if (What is not null)
            context.Warning?.Invoke(
                $"Out of date, as the change was not made by the application: {What}. Due: {Commands}.");
    }

    /// <summary>Both.</summary>
    public Afterwards And(Afterwards other) =>
        What is null
            ? other
            : other.What is null ? this : new($"{What}, {other.What}", $"{Commands}; {other.Commands}");
}
