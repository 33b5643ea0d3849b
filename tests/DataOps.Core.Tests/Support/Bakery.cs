namespace DataOps.Core.Tests.Support;

/// <summary>What is installed in the bakery demo: what its manage.py would tell.</summary>
internal static class Bakery
{
    /// <summary>The labels of the apps that have models.</summary>
    public static IReadOnlyList<string> Apps { get; } =
    [
        "admin", "auth", "base", "blog", "breads", "contenttypes", "locations", "people", "recipes", "sessions",
        "simple_translation", "taggit", "wagtailadmin",
        "wagtailcore", "wagtaildocs", "wagtailembeds", "wagtailforms", "wagtailimages", "wagtailredirects",
        "wagtailsearch", "wagtailsearchpromotions",
        "wagtailusers",
    ];
}
