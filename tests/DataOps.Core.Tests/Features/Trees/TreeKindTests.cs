using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Trees;
using DataOps.Core.Tests.Features.Pages;

namespace DataOps.Core.Tests.Features.Trees;

/// <summary>
/// Each kind of tree in the forms in which it is found: what is wrong is told, repaired without a loss, and comes back.
/// </summary>
public sealed class TreeKindTests(PostgresServer server) : IDisposable
{
    private static readonly RepairTreeOptions s_reattach = new() { Orphan = OrphanNodes.Reattach };

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory, InlineData("public"), InlineData("extensions")]
    public void Paths_of_ltree_are_followed_wherever_the_extension_is(string schema)
    {
        using TestDatabase site = server.Blank();
        Assert.SkipUnless(site.Scalar<bool>(
            "select exists (select 1 from pg_available_extensions where name = 'ltree')"), "This server has no ltree");
        site.Execute($"""
            create schema if not exists {schema}; create extension ltree schema {schema};
            create table topic (id int primary key, path {schema}.ltree not null, name text);
            insert into topic values (1, 'Top', ''), (2, 'Top.Science', ''), (3, 'Top.Science.Physics', ''), (4, 'Top.Arts.Music', ''),
              (5, 'Top.Arts.Music.Jazz', ''), (6, 'Lost.Deep', ''), (7, 'Lost.Deep.Deeper', ''), (8, 'Top.Science', ''), (9, 'Alone', '');
            """);

        Check(
            site, ["BelowOrphan 5", "BelowOrphan 7", "Duplicate 8", "Orphan 4", "Orphan 6"],
            "select concat_ws(' ', id, path) from topic order by id",
            ["1 Top", "2 Top.Science", "3 Top.Science.Physics", "4 Top.Music", "5 Top.Music.Jazz", "6 Deep",
                "7 Deep.Deeper", "8 Top.Science_2", "9 Alone"]);
    }

    [Fact]
    public void Two_roots_of_mptt_with_one_number_become_two_trees_and_the_others_keep_theirs()
    {
        using TestDatabase site = server.Blank();
        site.Execute("""
            create table category (id int primary key, parent_id int references category, tree_id int not null, lft int not null, rght int not null,
              level int not null);
            insert into category values (1, null, 5, 1, 4, 0), (2, 1, 5, 2, 3, 1), (3, null, 5, 1, 4, 0), (4, 3, 5, 2, 3, 1), (5, null, 9, 1, 2, 0);
            """);

        Check(
            site, ["TreeId 3", "TreeId 4"],
            "select concat_ws(' ', id, tree_id, lft, rght, level) from category order by id",
            ["1 5 1 4 0", "2 5 2 3 1", "3 10 1 4 0", "4 10 2 3 1", "5 9 1 2 0"]);
    }

    [Fact]
    public void A_cycle_of_mptt_is_cut_at_one_node_and_counted_as_a_tree()
    {
        using TestDatabase site = server.Blank();
        site.Execute("""
            create table category (id int primary key, parent_id int, tree_id int not null, lft int not null, rght int not null, level int not null);
            alter table category add foreign key (parent_id) references category not valid;
            insert into category values (1, null, 1, 1, 2, 0);
            set session_replication_role = replica;
            insert into category values (2, 4, 1, 3, 4, 0), (3, 2, 1, 3, 4, 0), (4, 3, 1, 3, 4, 0), (5, 3, 1, 3, 4, 1), (6, 77, 1, 1, 2, 0)
            """);

        Check(
            site, ["BelowOrphan 5", "Cycle 2", "Cycle 3", "Cycle 4", "Orphan 6"],
            "select concat_ws(' ', id, coalesce(parent_id, 0), level, rght - lft) from category order by id",
            ["1 0 0 1", "2 0 0 7", "3 2 1 5", "4 3 2 1", "5 3 2 1", "6 0 0 1"]);
    }

    [Fact]
    public void Nested_sets_with_a_second_root_an_overlap_and_a_wrong_depth_are_counted_anew_in_their_order()
    {
        using TestDatabase site = server.Blank();
        site.Execute("""
            create table section (id int primary key, tree_id int not null, lft int not null, rgt int not null, depth int not null);
            insert into section values (1, 1, 1, 6, 1), (2, 1, 2, 5, 2), (3, 1, 3, 4, 9), (4, 1, 7, 10, 1), (5, 1, 8, 11, 2), (6, 2, 1, 2, 1);
            """);

        Check(
            site, ["Depth 3", "Left 4", "Left 5", "Overlap 5", "Right 4", "Root 4", "TreeId 5"],
            "select concat_ws(' ', id, tree_id, lft, rgt, depth) from section order by id",
            ["1 1 1 6 1", "2 1 2 5 2", "3 1 3 4 3", "4 3 1 4 1", "5 3 2 3 2", "6 2 1 2 1"]);
    }

    [Fact]
    public void Parents_that_must_not_be_missing_ask_for_a_node_to_attach_to()
    {
        using TestDatabase site = server.Blank();
        site.Execute("""
            create table part (id int primary key, parent_id int not null, sib_order int not null);
            alter table part add foreign key (parent_id) references part not valid;
            set session_replication_role = replica;
            insert into part values (1, 1, 1), (2, 3, 1), (3, 2, 1), (4, 99, 1)
            """);
        IReadOnlyDictionary<string, string> before = site.Digest();

        DataOpsException failure = Assert.Throws<DataOpsException>(() => Repair(site, s_reattach));

        Assert.Equal("NeedsParent", failure.Id);
        Assert.Equal(
            "UnknownNode", Assert.Throws<DataOpsException>(() => Repair(site, s_reattach with { To = "2" })).Id);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void Collections_get_a_place_below_their_root_with_all_below_them_and_images_keep_theirs()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            insert into wagtailcore_collection (id, path, depth, numchild, name) values (901, '00090001', 2, 1, 'Lost'), (902, '000900010003', 3, 0, 'Below'),
              (903, '0002', 1, 0, 'Second root'), (904, '000100zz', 2, 0, 'No path');
            update wagtailcore_collection set numchild = 0 where id = 1;
            update wagtailimages_image set collection_id = 902 where id = 10
            """);

        Check(
            site, ["Alphabet 904", "BelowOrphan 902", "NumChild 1", "Orphan 901", "Root 903"],
            "select concat_ws(' ', name, depth, numchild, (select p.name from wagtailcore_collection p where p.path " +
                "= left(c.path, -4))) from "
                + "wagtailcore_collection c where id > 900 order by id",
            ["Lost 2 1 Root", "Below 3 0 Lost", "Second root 1 0", "No path 2 0 Root"],
            ["Root 903"]);
    }

    [Fact]
    public void A_second_root_of_pages_is_told_and_its_pages_are_moved_from_there()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(
            "update wagtailcore_page set path = '0002' || substr(path, 13), depth = depth - 2 where path like " +
                "'000100020003%'; "
            + "update wagtailcore_page set numchild = 6 where id = 60; update wagtailcore_page set url_path = '/' " +
            "where id = 63; "
            + "update wagtailcore_page set url_path = '/' || slug || '/' where path like '0002_%'");
        Assert.Equal(["Root 63"], Find(site));

        site.Run(new MovePage(), new() { Id = [64], To = "61", NoUndo = true });

        Assert.Equal("/home/blog/hof/ 5",
            site.Scalar<string>("select url_path || ' ' || (select numchild from wagtailcore_page where id = 63) from "
            + "wagtailcore_page where id = 64"));
        Assert.Equal(["Root 63"], Find(site));
        // The root itself is moved by its children: it is no page that a person could mean.
        Assert.Equal("InvalidMove",
            Assert.Throws<DataOpsException>(
                () => site.Run(new MovePage(), new() { Id = [63], To = "60", NoUndo = true })).Id);
    }

    [Theory, InlineData("en-x-icu"), InlineData("letters_first")]
    public void Pages_whose_paths_are_sorted_by_a_language_are_checked_moved_and_repaired_by_their_bytes(
        string collation)
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute($"""
            create collation if not exists public.letters_first (provider = icu, locale = 'en-u-kr-latn-digit');
            alter table wagtailcore_page alter path type varchar(255) collate "{collation}";
            update wagtailcore_page set path = '00010002000100A1' where id = 34
            """);
        string[] expected = collation == "letters_first" ? ["Collation "] : [];
        Assert.Equal(expected, Find(site));

        site.Run(new MovePage(), new() { Id = [36], To = "34", Position = PagePosition.Left, NoUndo = true });
        site.Run(new ConvertPage(),
            new() { Id = [61], To = "base.standardpage", Default = ["body=[]"], Force = true, AsNewPage = true,
                NoUndo = true });
        site.Execute(
            "set session_replication_role = replica; delete from wagtailcore_page where id = 63; delete from " +
                "locations_locationsindexpage");
        Repair(site, s_reattach with { Table = ["wagtailcore_page"] });

        Assert.Equal(expected, Find(site));
        Assert.Empty(site.Rows(MovePageTests.Problems));
        Assert.Equal(
            site.Column("select id from wagtailcore_page order by path collate \"C\""),
            site.Run(new GetPage(), new()).OfType<PageInfo>().Select(p => $"{p.Id}"));
        Assert.Equal("36 34",
            site.Scalar<string>(
                "select string_agg(id::text, ' ' order by path collate \"C\") from wagtailcore_page where id in " +
                    "(34, 36)"));
    }

    [Fact]
    public void Pages_that_are_one_translation_and_sites_whose_root_is_off_the_tree_are_told_and_left_to_a_person()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            alter table wagtailcore_page drop constraint if exists wagtailcore_page_translation_key_locale_id_9b041bad_uniq;
            do $$ declare c text; begin
              for c in select conname from pg_constraint where conrelid = 'wagtailcore_page'::regclass and contype = 'u' and cardinality(conkey) = 2 loop
                execute format('alter table wagtailcore_page drop constraint %I', c); end loop; end $$;
            update wagtailcore_page set translation_key = (select translation_key from wagtailcore_page where id = 64) where id in (65, 66);
            insert into wagtailcore_site (id, hostname, port, is_default_site, root_page_id, site_name) values (7, 'good.example', 80, false, 61, ''),
              (8, 'lost.example', 80, false, 80, '');
            update wagtailcore_page set path = '0007' || substr(path, 13), url_path = '/home/recipes/' where path = '000100020005';
            set session_replication_role = replica;
            insert into wagtailcore_site (id, hostname, port, is_default_site, root_page_id, site_name) values (9, 'gone.example', 80, false, 4711, '')
            """);
        Assert.Equal(
            ["NumChild 60", "Orphan 81", "Orphan 82", "Orphan 83", "Root 80", "Site 9", "Translation 65",
                "Translation 66", "UrlPath 80"],
            Find(site).Where(f => f != "Depth 80" && f != "NumChild 80").Order(StringComparer.Ordinal));

        Repair(site, s_reattach);

        Assert.Equal(
            ["Root 80", "Site 9", "Translation 65", "Translation 66"], Find(site).Order(StringComparer.Ordinal));
    }

    // Told, planned, repaired, and undone.
    private void Check(TestDatabase site, string[] problems, string rows, string[] repaired, string[]? left = null)
    {
        Assert.Equal(problems, Find(site).Order(StringComparer.Ordinal));
        IReadOnlyDictionary<string, string> before = site.Digest();
        long would = Assert.Single(
            site.Run(new RepairTree(), s_reattach with { WhatIf = true }).OfType<RepairTreeResult>()).WouldChange;
        Assert.Equal(before, site.Digest());

        RepairTreeResult done = Repair(site, s_reattach);

        Assert.Equal(would, done.Count);
        Assert.Equal(repaired, site.Column(rows));
        Assert.Equal(left ?? [], Find(site));
        Assert.False(Repair(site, s_reattach).Changed);
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    private static string[] Find(TestDatabase site) =>
        [.. site.Run(new TestTree(), new()).Select(f => $"{f.Class} {f.Key}")];

    private RepairTreeResult Repair(TestDatabase site, RepairTreeOptions options) =>
        Assert.Single(site.Run(new RepairTree(), options with { UndoPath = _files.New() }).OfType<RepairTreeResult>());
}
