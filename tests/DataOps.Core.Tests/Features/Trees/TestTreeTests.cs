using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Tests.Features.Trees;

public sealed class TestTreeTests(PostgresServer server)
{
    private static readonly string[] s_damage =
    [
        "wagtailcore_collection 1 NumChild numchild 7 -> 4",
        "wagtailcore_collection 901 Orphan path 00090001 -> ",
        "wagtailcore_page 3 NumChild numchild 99 -> 10",
        "wagtailcore_page 36 Depth depth 5 -> 4",
        "wagtailcore_page 37 UrlPath url_path /home/old-breads/arepa/ -> /home/breads/arepa/",
        "wagtailcore_page 42 MissingSpecific content_type_id breads.breadpage -> ",
        "breads_breadpage 40 StraySpecific page_ptr_id 40 -> ",
        "wagtailcore_page 59 Alphabet path 00010002000100zz -> ",
        "wagtailcore_page 60 NumChild numchild 7 -> 6",
        "wagtailcore_page 62 LatestRevision latest_revision_id 77777 -> 44",
        "wagtailcore_page 64 Orphan path 0001000200030001 -> ",
        "wagtailcore_page 65 Orphan path 0001000200030002 -> ",
        "wagtailcore_page 66 Orphan path 0001000200030003 -> ",
        "wagtailcore_page 67 Orphan path 0001000200030004 -> ",
        "wagtailcore_page 78 Orphan path 0001000200030005 -> ",
        "wagtailcore_page 79 Orphan path 0001000200030006 -> ",
    ];

    [Theory, InlineData(Site.Sample), InlineData(Site.Bakery), InlineData(Site.Fresh), InlineData(Site.Scale),
        InlineData(Site.DjangoFilled),
        InlineData(Site.BakeryEmpty)]
    public void A_healthy_site_has_no_problem(Site healthy)
    {
        using TestDatabase site = server.CopyOf(healthy);

        Assert.Empty(Find(site));
    }

    [Fact]
    public void On_the_damaged_site_exactly_the_damage_done_to_trees_is_found()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        Assert.Equal(s_damage.Order(StringComparer.Ordinal), Find(site).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_page_with_revisions_and_no_latest_one_hides_its_draft_and_is_repaired_but_for_an_alias()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        int newest = site.Scalar<int>("select latest_revision_id from wagtailcore_page where url_path = '/home/breads/'");
        site.Execute("""
            update wagtailcore_page set latest_revision_id = null
            where url_path in ('/home/breads/', '/home/about/');
            update wagtailcore_page set alias_of_id = (select id from wagtailcore_page where url_path = '/home/')
            where url_path = '/home/about/'
            """);

        Finding found = Assert.Single(site.Run(new TestTree(), new()));

        Assert.Equal(((Enum?)TreeProblem.LatestRevision, Severity.Warning, null, $"{newest}"),
            (found.Class, found.Severity, found.Value, found.Expected));
        Assert.EndsWith($"is NULL and should be {newest}: the editor shows the page as it is live, and no draft",
            found.Problem, StringComparison.Ordinal);
        site.Run(new RepairTree(), new() { NoUndo = true });
        Assert.Equal(newest,
            site.Scalar<int>("select latest_revision_id from wagtailcore_page where url_path = '/home/breads/'"));
        Assert.Empty(Find(site));
    }

    [Fact]
    public void A_revision_of_a_wrong_base_type_stays_its_page_s_latest_and_is_repaired()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        IReadOnlyDictionary<string, string> before = site.Digest();
        // A person's revision has its own type as base.
        site.Execute("""
            update wagtailcore_revision set base_content_type_id = content_type_id
            where id = (select latest_revision_id from wagtailcore_page where url_path = '/home/breads/');
            update wagtailcore_revision r set base_content_type_id = (
              select id from django_content_type where app_label = 'wagtailcore' and model = 'page')
            from django_content_type t
            where t.id = r.content_type_id and (t.app_label, t.model) = ('base', 'person')
            """);

        Finding[] found = [.. site.Run(new TestTree(), new())];

        Assert.All(found, f => Assert.Equal(
            ("wagtailcore_revision", (Enum?)TreeProblem.RevisionType, Severity.Error), (f.Table, f.Class, f.Severity)));
        Assert.Equal(["base.person", "wagtailcore.page"],
            found.Select(f => f.Expected!).Distinct().Order(StringComparer.Ordinal));
        Assert.All(found, f => Assert.Equal("Repair-Tree -Table wagtailcore_revision -WhatIf", f.Remedy));
        site.Run(new RepairTree(), new() { Table = ["wagtailcore_revision"], NoUndo = true });
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_revision_whose_content_is_another_object_s_is_told_by_its_key()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            update wagtailcore_revision set content = jsonb_set(content, '{pk}', '4711') where id = 44;
            update wagtailcore_revision set content = content - 'pk' where id = 43;
            """);

        Finding found = Assert.Single(site.Run(new TestTree(), new()));

        Assert.Equal(((Enum?)TreeProblem.RevisionObject, Severity.Warning, "44", "4711"),
            (found.Class, found.Severity, found.Key, found.Value));
        Assert.Equal("Test-Tree -Table wagtailcore_revision -Problem RevisionObject", found.Remedy);
        Assert.Single(site.Run(new TestTree(),
            new() { Table = ["wagtailcore_revision"], Problem = [TreeProblem.RevisionObject] }));
    }

    [Fact]
    public void A_revision_with_a_content_type_s_number_of_another_site_is_named_on_request()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            update wagtailcore_revision r set content = r.content || jsonb_build_object('content_type', r.content_type_id)
            where r.content ? 'content_type';
            update wagtailcore_revision set content = jsonb_set(content, '{content_type}', '3') where id = 44;
            update wagtailcore_revision set content = content - 'content_type' where id = 43;
            """);

        Assert.Empty(site.Run(new TestTree(), new()));
        Finding found = Assert.Single(site.Run(new TestTree(), new() { Problem = [TreeProblem.RevisionContentType] }));

        Assert.Equal((Severity.Expected, "44", "3"), (found.Severity, found.Key, found.Value));
        Assert.Contains("its JSON has the content type wagtailcore.locale and its row ", found.Problem,
            StringComparison.Ordinal);
    }

    private static string[] Find(TestDatabase site, TestTreeOptions? options = null) =>
        [.. site.Run(new TestTree(), options ?? new()).Select(
            f => $"{f.Table} {f.Key} {f.Class} {f.Column} {f.Value} -> {f.Expected}")];
}
