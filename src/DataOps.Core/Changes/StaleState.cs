using DataOps.Core.Catalog;

namespace DataOps.Core.Changes;

/// <summary>What an application derives from its rows when it saves them itself, and what brings it up to date after a change that it did not see.</summary>
/// <param name="What">What is stale, joined by commas; null when nothing is.</param>
/// <param name="Commands">The management commands, joined by semicolons.</param>
internal sealed record StaleState(string? What, string? Commands)
{
    // What is stale, its table, the models that cause it (all when null), the command.
    private static readonly (string What, string Table, string? Cause, string Command)[] s_known =
    [
        ("search index", "wagtailsearch_indexentry", null, "manage.py update_index"),
        ("reference index", "wagtailcore_referenceindex", null, "manage.py rebuild_references_index"),
        ("image renditions", "wagtailimages_rendition", "wagtailimages.image", "manage.py wagtail_update_image_renditions"),
        ("database cache", "django_cache_table", null, "manage.py shell -c \"from django.core.cache import cache; cache.clear()\""),
        ("content types and sites in the memory of running processes", "django_content_type", "contenttypes.contenttype", "restart of the application's processes"),
    ];

    /// <summary>Says what a change of these models leaves behind; what a file brings itself is not stale.</summary>
    public static StaleState Of(ReferenceCatalog catalog, IReadOnlyCollection<string> written, IReadOnlyCollection<string> inFile)
    {
        string schema = catalog.Database.DjangoSchema;
        bool isContent = written.Except(BuiltIn.Derived).Any();
        var stale = s_known.Where(k =>
            isContent && catalog.Database.Find(schema, k.Table) is { } table
            && (k.Cause is null ? !inFile.Contains(catalog.LabelOf(table)) : written.Contains(k.Cause))).ToArray();
        return stale.Length == 0 ? new(null, null) : new(string.Join(", ", stale.Select(s => s.What)), string.Join("; ", stale.Select(s => s.Command)));
    }
}
