using System.Globalization;
using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Trees;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Features.Trees;

public sealed class RepairTreeTests(PostgresServer server) : IDisposable
{
    private static readonly RepairTreeOptions s_all =
        new() { Orphan = OrphanNodes.Reattach, MissingSpecific = MissingSpecific.FromRevision };

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-tree-").FullName;

    private string UndoPath => Path.Join(_folder, "tree.undo.gz");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, InlineData(Site.Sample), InlineData(Site.Bakery), InlineData(Site.DjangoFilled)]
    public void A_healthy_site_is_left_alone(Site healthy)
    {
        using TestDatabase site = server.CopyOf(healthy);
        var before = site.Digest();

        RepairTreeResult result = Repair(site, s_all);

        Assert.Equal((false, 0, 0, 0L, null),
            (result.Changed, result.Count, result.Problems, result.Remaining, result.UndoPath));
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void Only_what_follows_from_other_rows_is_written_by_default()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        RepairTreeResult result = Repair(site, new());

        Assert.True(result.Changed);
        Assert.Equal(["4", "/home/breads/arepa/", "44"], [
            site.Scalar<int>("select depth from wagtailcore_page where id = 36").ToString(),
                site.Scalar<string>("select url_path from wagtailcore_page where id = 37"),
            site.Scalar<int>("select latest_revision_id from wagtailcore_page where id = 62").ToString()]);
        Assert.Equal(
            ["Alphabet 59", "MissingSpecific 42", "Orphan 64", "Orphan 65", "Orphan 66", "Orphan 67", "Orphan 78",
                "Orphan 79", "Orphan 901",
                "StraySpecific 40"],
            Problems(site).Order(StringComparer.Ordinal));
        Assert.Equal(10, result.Remaining);
    }

    [Fact]
    public void Pages_without_a_parent_find_a_place_and_none_is_lost()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        long pages = site.Scalar<long>("select count(*) from wagtailcore_page");

        RepairTreeResult result = Repair(site, new() { Orphan = OrphanNodes.Reattach });

        Assert.Equal(["MissingSpecific 42", "StraySpecific 40"], Problems(site).Order(StringComparer.Ordinal));
        Assert.Equal(pages, site.Scalar<long>("select count(*) from wagtailcore_page"));
        Assert.Equal(8, result.Reattached);
        Assert.Equal(
            ["64 /home/hof/ 00010002000A", "65 /home/reykjavik/ 00010002000B", "66 /home/vik/ 00010002000C",
                "67 /home/selfoss/ 00010002000D",
             "78 /home/hofn/ 00010002000E", "79 /home/akranes/ 00010002000F"],
            site.Column(
                "select id || ' ' || url_path || ' ' || path from wagtailcore_page where id in (64, 65, 66, 67, 78, " +
                    "79) order by id"));
        Assert.Equal("/home/breads/bolani/ 000100020001000R",
            site.Scalar<string>("select url_path || ' ' || path from wagtailcore_page where id = 59"));
        Assert.Equal("00010005", site.Scalar<string>("select path from wagtailcore_collection where id = 901"));
    }

    [Fact]
    public void With_halves_from_revisions_nothing_remains_and_all_comes_back()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        var before = site.Digest();

        RepairTreeResult result = Repair(site, s_all with { NoUndo = false, UndoPath = UndoPath });

        Assert.Empty(Problems(site));
        Assert.Equal(0, result.Remaining);
        Assert.Equal(
            "/home/breads/baguette/", site.Scalar<string>("select url_path from wagtailcore_page where id = 40"));
        Assert.False(Repair(site, s_all).Changed);
        UndoResult undo = Assert.Single(
            site.Run(new UndoChange(), new() { Path = UndoPath, NoUndo = true }).OfType<UndoResult>());
        Assert.True(undo.Changed);
        Assert.Equal(before, site.Digest());
    }

    // The page of the breads is deleted past Django, and a new page has got its place.
    private const string Stranger = """
        set session_replication_role = replica;
        create temp table old as select * from wagtailcore_page where url_path = '/home/breads/';
        delete from wagtailcore_page where url_path = '/home/breads/';
        update old set id = 900, title = 'Shop', draft_title = 'Shop', slug = 'shop', url_path = '/home/shop/', numchild = 0,
          translation_key = gen_random_uuid(), latest_revision_id = null, live_revision_id = null,
          content_type_id = (select id from django_content_type where app_label = 'wagtailcore' and model = 'page');
        insert into wagtailcore_page select * from old;
        """;

    [Theory]
    [InlineData("", 0)]
    // An older page that was moved there counts its own children only.
    [InlineData("update wagtailcore_page set id = 2 where id = 900", 0)]
    // It has children of its own since.
    [InlineData("update wagtailcore_page p set url_path = '/home/shop/' || slug || '/' where slug = 'anadama'; " +
        "update wagtailcore_page set numchild = 1 where id = 900", 1)]
    // Its children were counted by fixtree.
    [InlineData("update wagtailcore_page set numchild = 11 where id = 900", 11)]
    public void A_branch_below_a_stranger_keeps_the_address_that_it_came_from_until_a_person_decides(
        string more, int numChild)
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(Stranger + more);
        int pages = site.Column("select id from wagtailcore_page where url_path like '/home/breads/_%'").Count;
        IReadOnlyDictionary<string, string> before = site.Digest();
        List<string> warnings = [];

        Finding[] lost = [.. site.Run(new TestTree(), new()).Where(f => f.Class is TreeProblem.LostParent)];
        site.Run(new RepairTree(), new() { NoUndo = true }, new OperationContext { Warning = warnings.Add });

        Assert.Equal(pages, lost.Length);
        Assert.EndsWith(": it comes from a missing page, /home/breads/; page " + (more.Contains("id = 2") ? "2" : "900")
            + " (/home/shop/) has got that one's place in the tree", lost[0].Problem, StringComparison.Ordinal);
        Assert.Equal("Test-Tree -Table wagtailcore_page -Problem LostParent", lost[0].Remedy);
        Assert.Contains($"{pages} pages come from a missing parent", Assert.Single(warnings),
            StringComparison.Ordinal);
        Assert.Equal(before, site.Digest());
        Assert.Equal(numChild,
            site.Scalar<int>("select numchild from wagtailcore_page where url_path = '/home/shop/'"));

        site.Run(new RepairTree(), new() { LostParent = LostParent.Adopt, NoUndo = true });

        Assert.DoesNotContain(site.Run(new TestTree(), new()),
            f => f.Class is TreeProblem.LostParent or TreeProblem.UrlPath or TreeProblem.NumChild);
        Assert.Equal(11, site.Scalar<int>("select numchild from wagtailcore_page where url_path = '/home/shop/'"));
    }

    [Fact]
    public void A_branch_below_a_stranger_can_be_moved_to_where_it_belongs()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(Stranger);
        long[] keys = [.. site.Run(new TestTree(), new()).Where(f => f.Class is TreeProblem.LostParent)
            .Select(f => long.Parse(f.Key!, CultureInfo.InvariantCulture))];

        site.Run(new MovePage(), new() { Id = keys, To = "/home/locations/", NoUndo = true });

        Assert.DoesNotContain(site.Run(new TestTree(), new()), f => f.Class is not TreeProblem.StraySpecific);
    }

    [Fact]
    public void A_parent_whose_slug_was_changed_by_hand_is_no_stranger()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("update wagtailcore_page set slug = 'bread', url_path = '/home/bread/' "
            + "where url_path = '/home/breads/'");

        Assert.All(site.Run(new TestTree(), new()), f => Assert.Equal((Enum?)TreeProblem.UrlPath, f.Class));
        site.Run(new RepairTree(), new() { NoUndo = true });
        Assert.Empty(site.Run(new TestTree(), new()));
    }

    [Fact]
    public void A_plan_tells_what_the_run_does_and_changes_nothing()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        var before = site.Digest();

        IReadOnlyList<IChangeResult> plan = site.Run(new RepairTree(), s_all with { WhatIf = true, Detailed = true });
        RepairTreeResult would = Assert.Single(plan.OfType<RepairTreeResult>());

        Assert.Equal(before, site.Digest());
        Assert.Equal((false, 0, 0L), (would.Changed, would.Count, would.Remaining));
        Assert.Contains(plan.OfType<RowChange>(),
            c => c is { Key: "37", Column: "url_path", OldValue: "/home/old-breads/arepa/",
            NewValue: "/home/breads/arepa/" });
        Assert.Contains(plan.OfType<RowChange>(),
            c => c is { Key: "64", Column: "path", OldValue: "0001000200030001", NewValue: "00010002000A" });
        Assert.Equal(would.WouldChange, Repair(site, s_all).Count);
    }

    [Fact]
    public void Orphans_go_where_they_are_told_to()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        Repair(site, new() { Orphan = OrphanNodes.Reattach, To = "/home/blog/" });

        Assert.Equal(
            ["/home/blog/akranes/", "/home/blog/bolani/", "/home/blog/hof/", "/home/blog/hofn/",
                "/home/blog/reykjavik/", "/home/blog/selfoss/",
                "/home/blog/vik/"],
            site.Column(
                "select url_path from wagtailcore_page where id in (59, 64, 65, 66, 67, 78, 79) order by url_path " +
                    "collate \"C\""));
        DataOpsException unknown =
            Assert.Throws<DataOpsException>(() =>
                Repair(site, new() { Table = ["wagtailcore_page"], Orphan = OrphanNodes.Reattach,
            To = "4711" }));
        Assert.Equal("UnknownNode", unknown.Id);
    }

    [Fact]
    public void Orphans_are_deleted_with_what_depends_on_them_only_when_asked_by_name()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        RepairTreeOptions options = new() { Table = ["wagtailcore_page"], Orphan = OrphanNodes.Delete };
        DataOpsException refusal = Assert.Throws<DataOpsException>(() => Repair(site, options));
        Assert.Equal("ProtectedRows", refusal.Id);
        RepairTreeResult result = Repair(site, options with { OnDependent = OnDependent.Cascade });

        Assert.Equal(
            0, site.Scalar<long>("select count(*) from wagtailcore_page where id in (64, 65, 66, 67, 78, 79)"));
        Assert.Equal(0, site.Scalar<long>("select count(*) from locations_locationpage"));
        Assert.Equal(["Alphabet 59", "MissingSpecific 42", "NumChild 1", "Orphan 901", "StraySpecific 40"],
            Problems(site).Order(StringComparer.Ordinal));
        Assert.True(result.Deleted > 60);
    }

    [Fact]
    public void Slugs_that_clash_below_a_new_parent_get_a_number()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        site.Execute(
            "update wagtailcore_page set slug = 'vik' where id = 64; update wagtailcore_page set slug = 'blog' " +
                "where id = 65");

        Repair(site, new() { Orphan = OrphanNodes.Reattach });

        Assert.Equal(["vik", "blog-2", "vik-2"],
            site.Column("select slug from wagtailcore_page where id in (64, 65, 66) order by id"));
        Assert.DoesNotContain(Problems(site),
            p => p.StartsWith("Slug", StringComparison.Ordinal) || p.StartsWith("UrlPath", StringComparison.Ordinal));
    }

    [Fact]
    public void Shared_slugs_are_told_and_numbered_when_asked()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(
            "update wagtailcore_page set slug = 'hof', url_path = '/home/locations/hof/' where id in (65, 66)");

        Assert.Equal(["Slug 65", "Slug 66"], Problems(site));
        Assert.False(Repair(site, new()).Changed);
        Repair(site, new() { DuplicateSlug = DuplicateSlug.Suffix });

        Assert.Equal(
            ["hof /home/locations/hof/", "hof-2 /home/locations/hof-2/", "hof-3 /home/locations/hof-3/"],
            site.Column("select slug || ' ' || url_path from wagtailcore_page where id in (64, 65, 66) order by id"));
        Assert.Empty(Problems(site));
    }

    [Fact]
    public void Gaps_are_closed_in_the_order_of_the_siblings()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        IReadOnlyList<string?> order = site.Column("select id from wagtailcore_page order by path");

        Assert.Equal("OrphansInTheWay", OnDamaged().Id);
        RepairTreeResult result = Repair(site, new() { Compact = true });

        Assert.True(result.Changed);
        Assert.Equal(order, site.Column("select id from wagtailcore_page order by path"));
        Assert.Empty(site.Column("""
            select path from (select path, row_number() over (partition by left(path, -4) order by path) as n from wagtailcore_page) x
            where right(path, 4) <> lpad(case when n < 10 then n::text else chr(55 + n::int) end, 4, '0')
            """));
        Assert.Empty(Problems(site));
        Assert.False(Repair(site, new() { Compact = true }).Changed);

        DataOpsException OnDamaged()
        {
            using TestDatabase damaged = server.CopyOf(Site.Damaged);
            return Assert.Throws<DataOpsException>(() => Repair(damaged, new() { Compact = true }));
        }
    }

    [Fact]
    public void Whoever_holds_the_table_is_not_waited_for_for_ever()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        using var other = new Npgsql.NpgsqlConnection(site.ConnectionString);
        other.Open();
        using var transaction = other.BeginTransaction();
        using var write = new Npgsql.NpgsqlCommand("update wagtailcore_page set title = title where id = 1", other);
        write.ExecuteNonQuery();
        site.Session.Execute("set lock_timeout = 200");

        DataOpsException busy = Assert.Throws<DataOpsException>(() => Repair(site, new()));

        Assert.Equal(FailureKind.Busy, busy.Kind);
    }

    [Theory]
    [InlineData(MissingSpecific.PlainPage, "wagtailcore.page")]
    [InlineData(MissingSpecific.FromRevision, "breads.breadpage")]
    public void A_page_without_its_specific_row_gets_one_or_needs_none(MissingSpecific choice, string type)
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        Repair(site, new() { MissingSpecific = choice });

        Assert.DoesNotContain("MissingSpecific 42", Problems(site));
        Assert.Equal(
            type,
            site.Scalar<string>(
                "select app_label || '.' || model from django_content_type where id = (select content_type_id from " +
                    "wagtailcore_page where id = 42)"));
    }

    [Fact]
    public void What_is_left_of_a_page_is_deleted_when_asked_by_name()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);

        Repair(site, new() { MissingSpecific = MissingSpecific.Delete });

        Assert.Equal(0, site.Scalar<long>("select count(*) from wagtailcore_page where id in (40, 42)"));
        Assert.Equal(0, site.Scalar<long>("select count(*) from breads_breadpage where page_ptr_id in (40, 42)"));
        Assert.DoesNotContain(Problems(site),
            p => p.EndsWith("Specific 40", StringComparison.Ordinal) || p.EndsWith(" 42", StringComparison.Ordinal)
            || p == "NumChild 3");
    }

    [Fact]
    public void Aliases_without_an_original_and_of_themselves_are_told_and_become_pages_of_their_own()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            set session_replication_role = replica;
            update wagtailcore_page set alias_of_id = case id when 64 then 65 when 65 then 66 when 66 then 64 when 67 then 9999 else 67 end
            where id in (64, 65, 66, 67, 78)
            """);

        Assert.Equal(["Alias 64", "Alias 65", "Alias 66", "Alias 67"], Problems(site));
        Repair(site, new());

        Assert.Empty(Problems(site));
        Assert.Equal(["78"], site.Column("select id from wagtailcore_page where alias_of_id is not null"));
    }

    private static string[] Problems(TestDatabase site) =>
        [.. site.Run(new TestTree(), new()).Select(f => $"{f.Class} {f.Key}")];

    private static RepairTreeResult Repair(TestDatabase site, RepairTreeOptions options) => Assert.Single(
        site.Run(new RepairTree(), options with { NoUndo = options.UndoPath is null }).OfType<RepairTreeResult>());
}
