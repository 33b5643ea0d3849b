using DataOps.Core.Features.Pages;

namespace DataOps.Core.Tests.Features.Pages;

public sealed class GetPageTests(PostgresServer server)
{
    [Fact]
    public void Every_page_comes_in_the_order_of_the_tree_with_its_parent_type_and_url()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);

        PageInfo[] pages = Get(site, new());

        Assert.Equal(site.Column("select id from wagtailcore_page order by path"), pages.Select(p => p.Id.ToString()));
        Assert.Equal(
            site.Column(
                "select coalesce(p.id::text, '') from wagtailcore_page t left join wagtailcore_page p on p.path = " +
                    "left(t.path, -4) order by t.path"),
            pages.Select(p => p.Parent?.ToString() ?? ""));
        PageInfo bread = Assert.Single(pages, p => p.Slug == "anadama-bread");
        Assert.Equal(
            (34L, 3L, 4, "Anadama", "breads.breadpage", "Live", "/home/breads/anadama-bread/",
                "http://127.0.0.1:8000/breads/anadama-bread/", "127.0.0.1:8000",
                "en"),
            (bread.Id, bread.Parent, bread.Depth, bread.Title, bread.Type, bread.Status, bread.UrlPath, bread.Url,
                bread.Site, bread.Locale));
        Assert.Equal("http://127.0.0.1:8000/", pages.Single(p => p.Id == 60).Url);
        Assert.Null(pages.Single(p => p.Id == 1).Url);
    }

    [Fact]
    public void Status_is_what_visitors_see()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            update wagtailcore_page set live = false where id in (34, 35, 36);
            update wagtailcore_page set expired = true where id = 35;
            update wagtailcore_revision set approved_go_live_at = '2030-01-01Z' where id = (select latest_revision_id from wagtailcore_page where id = 36);
            update wagtailcore_revision set approved_go_live_at = '2030-01-01Z' where id = (select latest_revision_id from wagtailcore_page where id = 37);
            """);

        Assert.Equal(
            ["34 Draft", "35 Expired", "36 Scheduled", "37 Live"],
            Get(site, new() { Id = [34, 35, 36, 37] }).OrderBy(p => p.Id).Select(p => $"{p.Id} {p.Status}"));
    }

    [Theory]
    [InlineData("/home/blog/", 1)]
    [InlineData("home/blog", 1)]
    [InlineData("/home/blog/*", 6)]
    [InlineData("/home/*/*", 31)]
    [InlineData("/home/nothing/*", 0)]
    public void Url_paths_with_wildcards_choose(string path, int count)
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        if (path == "/home/*/*")
            count = (int)site.Scalar<long>("select count(*) from wagtailcore_page where url_path like '/home/%/%/'");

        Assert.Equal(count, Get(site, new() { UrlPath = [path] }).Length);
    }

    [Fact]
    public void Parent_depth_type_and_site_choose()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);

        Assert.Equal(site.Column("select id from wagtailcore_page where path like '00010002____' order by path"),
            Get(site, new() { Parent = "/home/",
            Depth = 1 }).Select(p => $"{p.Id}"));
        Assert.Equal(6, Get(site, new() { Parent = "61" }).Length);
        Assert.Equal([1L, 60L], Get(site, new() { Depth = 2 }).Select(p => p.Id));
        Assert.Equal(site.Column("select page_ptr_id from blog_blogpage order by 1"),
            Get(site, new() { Type = ["blog.blogpage"] }).Select(p =>
            $"{p.Id}").Order());
        Assert.Equal(site.Scalar<long>("select count(*) - 1 from wagtailcore_page"),
            Get(site, new() { Site = "127.0.0.1" }).Length);
    }

    [Fact]
    public void A_tree_is_indented_from_where_it_begins()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);

        PageLine[] lines = [.. site.Run(new GetPage(), new() { Parent = "60", Tree = true }).Cast<PageLine>()];

        Assert.Equal(["Breads", "  Anadama"], lines.Take(2).Select(l => l.Tree));
    }

    [Fact]
    public void A_tree_says_what_is_wrong_at_its_place()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            update wagtailcore_page set numchild = 99 where id = 3;
            update wagtailcore_page set depth = 9, path = left(path, -4) || '0Z9Z0001' where id = 34
            """);

        PageLine[] lines = [.. site.Run(new GetPage(), new() { Parent = "60", Tree = true }).Cast<PageLine>()];

        Assert.Matches("^numchild of 3 is 99 and should be [0-9]+$", lines.Single(l => l.Id == 3).Problem);
        PageLine orphan = lines.Single(l => l.Id == 34);
        Assert.Equal("    Anadama", orphan.Tree);
        Assert.Contains("no row has the path ", orphan.Problem, StringComparison.Ordinal);
        Assert.Contains("depth of 34 is 9 and should be 5", orphan.Problem, StringComparison.Ordinal);
        Assert.True(lines.Count(l => l.Problem is not null) < lines.Length / 2);
    }

    [Fact]
    public void Names_that_are_not_there_are_said()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);

        Assert.Contains("999", Assert.Throws<DataOpsException>(() => Get(site, new() { Id = [34, 999] })).Message);
        Assert.Equal(
            "UnknownPage", Assert.Throws<DataOpsException>(() => Get(site, new() { UrlPath = ["/nowhere/"] })).Id);
        Assert.Equal(
            "UnknownPage", Assert.Throws<DataOpsException>(() => Get(site, new() { Parent = "/nowhere/" })).Id);
        Assert.Equal(
            "UnknownModel", Assert.Throws<DataOpsException>(() => Get(site, new() { Type = ["blog.nothing"] })).Id);
        Assert.Equal(
            "UnknownSite", Assert.Throws<DataOpsException>(() => Get(site, new() { Site = "example.com" })).Id);
        using TestDatabase blank = server.Blank();
        Assert.Equal("NoPages", Assert.Throws<DataOpsException>(() => Get(blank, new())).Id);
    }

    [Fact]
    public void A_damaged_tree_is_shown_as_it_is()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        PageInfo[] pages = Get(site, new());

        Assert.Equal(site.Scalar<long>("select count(*) from wagtailcore_page"), pages.Length);
        Assert.Contains(pages, p => p.Parent is null && p.Depth > 1);
    }

    private static PageInfo[] Get(TestDatabase site, GetPageOptions options) =>
        [.. site.Run(new GetPage(), options).Cast<PageInfo>()];
}
