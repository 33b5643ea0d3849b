using DataOps.Core.Features.ContentTypes;

namespace DataOps.Core.Tests.Features.ContentTypes;

public sealed class FindStaleContentTypeTests(PostgresServer server)
{
    [Theory, InlineData(Site.Sample), InlineData(Site.Bakery), InlineData(Site.Fresh), InlineData(Site.Django)]
    public void A_healthy_site_has_nothing_to_warn_of(Site healthy)
    {
        using TestDatabase site = server.CopyOf(healthy);

        Assert.DoesNotContain(Find(site, new()), f => f.Severity != Severity.Expected);
    }

    [Fact]
    public void What_has_a_table_or_only_holds_permissions_is_live()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);

        Assert.Empty(Find(site, new()));
        Dictionary<string, string> classes = Types(site, new() { IncludeLive = true }).ToDictionary(
            f => f.Model!, f => $"{f.Class}");
        Assert.Equal(75, classes.Count);
        Assert.Equal(
            ["admin.logentry", "contenttypes.contenttype", "sessions.session"],
            classes.Where(c => c.Value == "LiveBuiltin").Select(c => c.Key).Order());
        Assert.Equal(72, classes.Count(c => c.Value == "Live"));
        site.Execute("drop table wagtailadmin_admin");
        Assert.Equal(ContentTypeClass.LiveBuiltin,
            Assert.Single(Types(site, new() { IncludeLive = true, Model = ["wagtailadmin.admin"] })).Class);
    }

    [Fact]
    public void Without_a_list_nothing_is_called_stale_and_the_evidence_is_told()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        StaleContentType[] found = [.. Types(site, new())];
        Assert.Equal(["blog.oldpost", "legacyshop.order", "legacyshop.product"], found.Select(f => f.Model));
        Assert.All(found, f => Assert.Equal(ContentTypeClass.Undecidable, f.Class));
        Assert.Equal([Severity.Expected, Severity.Warning, Severity.Expected], found.Select(f => f.Severity));
        Assert.Contains("no migration of legacyshop was applied", found[1].Evidence);
        Assert.Equal((null, "legacyshop_product"), (found[1].Table, found[2].Table));
    }

    [Fact]
    public void The_installed_apps_decide_about_the_others_and_not_about_their_own_proxies()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        StaleContentType[] found = [.. Types(site, new() { InstalledApp = Bakery.Apps })];
        Assert.Equal(
            [("blog.oldpost", "Undecidable"), ("legacyshop.order", "Stale"), ("legacyshop.product", "Leftover")],
            found.Select(f => (f.Model, $"{f.Class}")));
        StaleContentType product = found[2];
        Assert.Equal(
            (901, 4, "Editors", "editor"), (product.ContentTypeId, product.Permissions, product.Groups, product.Users));
        Assert.Contains("auth_permission 4", product.DependentTables);
        Assert.Contains("taggit_taggeditem 1", product.DependentTables);
        Assert.Contains("wagtailcore_revision 1", product.DependentTables);
    }

    private static IEnumerable<StaleContentType> Types(TestDatabase site, FindStaleContentTypeOptions options) =>
        Find(site, options).OfType<StaleContentType>();

    private static IReadOnlyList<ContentTypeFinding> Find(TestDatabase site, FindStaleContentTypeOptions options) =>
        site.Run(new FindStaleContentType(), options);
}
