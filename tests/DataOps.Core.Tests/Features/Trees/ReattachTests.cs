using DataOps.Core.Features.Trees;
using DataOps.Core.Tests.Features.Pages;

namespace DataOps.Core.Tests.Features.Trees;

/// <summary>Where pages go of which the page above is gone: each kind of evidence alone, and none at all.</summary>
public sealed class ReattachTests(PostgresServer server) : IDisposable
{
    private static readonly RepairTreeOptions s_reattach =
        new() { Table = ["wagtailcore_page"], Orphan = OrphanNodes.Reattach };

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void By_path_to_the_nearest_page_that_is_left()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        Lose(site, "path = '000100020003'");
        site.Execute(
            "update wagtailcore_page set url_path = '/elsewhere/' || slug || '/' where path like '000100020003_%'");

        Assert.Equal(6, Repair(site).Reattached);

        Assert.Equal(["/home/akranes/"], site.Column("select url_path from wagtailcore_page where id = 79"));
        Assert.Empty(site.Rows("select 1 from wagtailcore_page where title = 'Recovered pages'"));
    }

    [Fact]
    public void By_url_path_where_that_names_a_nearer_page_than_the_path()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(
            "update wagtailcore_page set path = '0007' || substr(path, 9), url_path = '/home/blog/lost/' || slug || " +
                "'/' where id in (64, 65)");

        Repair(site);

        Assert.Equal(["/home/blog/hof/", "/home/blog/reykjavik/"],
            site.Column("select url_path from wagtailcore_page where id in (64, 65) order by id"));
        Assert.Empty(site.Rows("select 1 from wagtailcore_page where title = 'Recovered pages'"));
    }

    [Fact]
    public void By_the_last_move_in_the_log_where_path_and_url_tell_nothing()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        const string Entry =
            "insert into wagtailcore_pagelogentry (label, action, data, timestamp, content_changed, deleted, " +
                "page_id) values ('', "
            + "'wagtail.move', ";
        site.Execute($$$"""
            update wagtailcore_page set path = '0007' || substr(path, 9), url_path = '/lost/' || slug || '/' where id in (64, 65);
            {{{Entry}}}'{"destination": {"id": 61, "title": ""}}', '2020-01-01', false, false, 64);
            {{{Entry}}}'{"destination": {"id": 3, "title": ""}}', '2024-01-01', false, false, 64);
            {{{Entry}}}'{"destination": {"id": 4711, "title": ""}}', '2024-01-01', false, false, 65);
            """);

        Repair(site);

        // The last move counts; one to a page that is gone as well tells nothing.
        Assert.Equal(
            ["/home/breads/hof/", "/recovered-pages/reykjavik/"],
            site.Column("select url_path from wagtailcore_page where id in (64, 65) order by id"));
    }

    [Fact]
    public void To_a_page_that_is_made_for_them_where_nothing_tells()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            update wagtailcore_page set path = '00010009' || substr(path, 13), url_path = '/x/' || slug || '/' where path like '000100020004_%';
            update wagtailcore_page set numchild = 0 where id = 61
            """);
        IReadOnlyDictionary<string, string> before = site.Digest();
        long pages = site.Scalar<long>("select count(*) from wagtailcore_page");
        List<string> warnings = [];

        IReadOnlyList<IChangeResult> plan = site.Run(
            new RepairTree(), s_reattach with { WhatIf = true, Detailed = true });
        Assert.Equal(before, site.Digest());
        RepairTreeResult done = Repair(site, new() { Warning = warnings.Add });

        Assert.Equal((6L, 1L, 0L), (done.Reattached, done.Inserted, done.Remaining));
        Assert.Equal(Assert.IsType<RepairTreeResult>(plan[^1]).WouldChange, done.Count);
        Assert.Contains(plan.OfType<RowChange>(),
            c => c.Action == "Insert" && c.NewValue!.Contains("Recovered pages", StringComparison.Ordinal));
        Assert.Contains(warnings, w => w.Contains("/recovered-pages/", StringComparison.Ordinal));
        Assert.Equal(
            ["00010003 2 6 recovered-pages /recovered-pages/ Recovered pages 1 draft"],
            site.Column(
                "select concat_ws(' ', path, depth, numchild, slug, url_path, draft_title, content_type_id, case " +
                    "when not live then 'draft' end) from "
                + "wagtailcore_page where title = 'Recovered pages'"));
        Assert.Equal("000100030001 /recovered-pages/wild-yeast/",
            site.Scalar<string>("select path || ' ' || url_path from wagtailcore_page where id = 62"));
        Assert.Equal(pages + 1, site.Scalar<long>("select count(*) from wagtailcore_page"));
        Assert.Empty(site.Run(new TestTree(), new()));
        Assert.Empty(site.Rows(MovePageTests.Problems));
        Assert.True(site.Scalar<long>("select nextval('wagtailcore_page_id_seq')") > site.Scalar<int>(
            "select max(id) from wagtailcore_page"));
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void The_page_that_is_there_from_the_last_time_takes_them_again()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        foreach (int page in new[] { 62, 68 })
        {
            site.Execute($"update wagtailcore_page set path = '000100090001', url_path = '/x/' where id = {page}");
            Repair(site);
        }

        Assert.Equal(["/recovered-pages/bread-circuses/", "/recovered-pages/wild-yeast/"],
            site.Column("select url_path from wagtailcore_page where id in "
            + "(62, 68) order by url_path collate \"C\""));
        Assert.Equal(1L, site.Scalar<long>("select count(*) from wagtailcore_page where title = 'Recovered pages'"));
    }

    [Fact]
    public void The_root_of_all_pages_is_made_anew_and_everything_is_where_it_was()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        string?[] below = [.. site.Column("select to_jsonb(p) from wagtailcore_page p where id <> 1 order by id")];
        Lose(site, "id = 1");
        site.Execute("delete from wagtailcore_grouppagepermission; delete from wagtailcore_workflowpage");
        IReadOnlyDictionary<string, string> before = site.Digest();

        RepairTreeResult done = Repair(site);

        Assert.Equal(["0001 / Root 1 live"],
            site.Column("select concat_ws(' ', path, url_path, title, numchild, case when live then 'live' end) from "
            + "wagtailcore_page where depth = 1"));
        Assert.Equal(below, site.Column("select to_jsonb(p) from wagtailcore_page p where depth > 1 order by id"));
        Assert.Empty(site.Run(new TestTree(), new()));
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_page_whose_path_alone_is_broken_stays_below_the_root()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("update wagtailcore_page set path = '0001zz02' || substr(path, 9) where path like '00010002%'");

        Repair(site);

        Assert.Equal(
            ["00010001 /home/"], site.Column("select path || ' ' || url_path from wagtailcore_page where id = 60"));
        Assert.Equal(
            "/home/blog/wild-yeast/", site.Scalar<string>("select url_path from wagtailcore_page where id = 62"));
        Assert.Empty(site.Run(new TestTree(), new()));
    }

    private static void Lose(TestDatabase site, string condition) =>
        site.Execute($"set session_replication_role = replica; delete from wagtailcore_page where {condition}");

    private RepairTreeResult Repair(TestDatabase site, OperationContext? context = null) => Assert.Single(
        site.Run(new RepairTree(), s_reattach with { UndoPath = _files.New() }, context).OfType<RepairTreeResult>());
}
