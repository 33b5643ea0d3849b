using DataOps.Core.Django.References;
using DataOps.Core.Operations;

namespace DataOps.Core.Django.Knowledge;

/// <summary>What an application derives from its rows when it saves them itself, and what brings it up to date after a change that it did not see.</summary>
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
        "site root paths in the cache", "manage.py shell -c \"from wagtail.models import Site; Site.clear_site_root_paths_cache()\"");

    // The table without which there is no such thing, and the models that cause it: all when there are none.
    private static readonly (Afterwards State, string Table, string[] Causes)[] s_known =
    [
        (SearchIndex, "wagtailsearch_indexentry", []),
        (new("reference index", "manage.py rebuild_references_index"), "wagtailcore_referenceindex", []),
        (SiteRootPaths, "wagtailcore_site", ["wagtailcore.page", "wagtailcore.site"]),
        (new("image renditions", "manage.py wagtail_update_image_renditions"), "wagtailimages_rendition", ["wagtailimages.image"]),
        (new("database cache", "manage.py shell -c \"from django.core.cache import cache; cache.clear()\""), "django_cache_table", []),
        (new("content types in the memory of running processes", "restart of the application's processes"), "django_content_type",
            ["contenttypes.contenttype"]),
    ];

    /// <summary>Says what a change of these models leaves behind; what a file brings itself is not stale.</summary>
    public static Afterwards Of(ReferenceCatalog catalog, IReadOnlyCollection<string> written, IReadOnlyCollection<string> inFile)
    {
        string schema = catalog.Database.DjangoSchema;
        bool isContent = written.Except(DjangoTables.Derived).Any();
        return s_known
            .Where(k => isContent && catalog.Database.Find(schema, k.Table) is { } table
                && (k.Causes.Length == 0 ? !inFile.Contains(catalog.LabelOf(table)) : k.Causes.Any(written.Contains)))
            .Aggregate(None, (all, known) => all.And(known.State));
    }

    /// <summary>Warns of it when rows have been changed.</summary>
    public void Warn(OperationContext context)
    {
        if (What is not null)
            context.Warning?.Invoke($"Rows were changed without the application, which does not know of it: {What}. Due: {Commands}.");
    }

    /// <summary>Both.</summary>
    public Afterwards And(Afterwards other) =>
        What is null ? other : other.What is null ? this : new($"{What}, {other.What}", $"{Commands}; {other.Commands}");
}
