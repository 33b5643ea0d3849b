using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Tests.Features.Trees;

/// <summary>Trees as other packages keep them, known by their columns.</summary>
public sealed class PackageTreeTests(PostgresServer server)
{
    private const string Plugins = """
        create table cms_cmsplugin (
          id int primary key, plugin_type varchar(50) not null, parent_id int references cms_cmsplugin,
          path varchar(255) not null unique, depth int not null, numchild int not null);
        create table text_text (cmsplugin_ptr_id int primary key references cms_cmsplugin, body text);
        create table link_link (cmsplugin_ptr_id int primary key references cms_cmsplugin, url text);
        insert into cms_cmsplugin values
          (1, 'ColumnPlugin', null, '0001', 1, 2), (2, 'TextPlugin', 1, '00010001', 2, 0), (3, 'TextPlugin', 1, '00010002', 2, 1),
          (4, 'LinkPlugin', 3, '000100020001', 3, 0), (5, 'TextPlugin', null, '0002', 1, 0);
        insert into text_text values (2, 'a'), (3, 'b'), (5, 'c');
        insert into link_link values (4, '/');
        """;

    private const string PluginModels = "cms.cmsplugin text.text link.link";

    [Fact]
    public void Derived_columns_of_treenode_are_compared_with_the_parents()
    {
        using TestDatabase site = Treenode("""
            update shelf_topic set tn_children_count = 3, tn_descendants_pks = '2,3,9' where id = 1;
            update shelf_topic set tn_level = 1, tn_siblings_pks = '' where id = 3
            """);

        IReadOnlyList<Finding> found = site.Run(new TestTree(), new());
        Assert.Equal(
            [
                "tn_children_count of 1 is 3 and should be 2", "tn_descendants_pks of 1 is 2,3,9 and should be 2,3,4",
                "tn_level of 3 is 1 and should be 2", "tn_siblings_pks of 3 is empty and should be 2",
            ],
            found.Select(f => f.Problem[..f.Problem.IndexOf(':', StringComparison.Ordinal)]));
        Assert.All(found, f => Assert.Equal(((Enum?)TreeProblem.Derived, Severity.Error), (f.Class, f.Severity)));
        Assert.Equal("Test-Tree -Table shelf_topic -Problem Derived", found[0].Remedy);
    }

    [Fact]
    public void Treenode_may_list_keys_in_any_order_and_below_a_cycle_nothing_is_derived()
    {
        using TestDatabase site = Treenode("update shelf_topic set tn_descendants_pks = '4,3,2' where id = 1");

        Assert.Empty(site.Run(new TestTree(), new()));
        site.Execute("""
            insert into shelf_topic (id, tn_parent_id) values (8, null), (9, 8);
            update shelf_topic set tn_parent_id = 9 where id = 8
            """);
        Assert.Equal([8, 9],
            site.Run(new TestTree(), new() { Problem = [TreeProblem.Cycle] }).Select(f => int.Parse(f.Key!)));
        Assert.Empty(site.Run(new TestTree(), new() { Problem = [TreeProblem.Derived] }));
    }

    [Fact]
    public void A_parent_column_that_contradicts_the_path_is_found()
    {
        using TestDatabase site = server.Django(PluginModels, Plugins);
        Assert.Empty(site.Run(new TestTree(), new()));
        site.Execute("update cms_cmsplugin set parent_id = 1 where id = 5; update cms_cmsplugin set parent_id = null where id = 4");

        IReadOnlyList<Finding> found = site.Run(new TestTree(), new());

        Assert.Equal(
            ["parent_id of 4 is NULL: by its path it is below 3", "parent_id of 5 is 1: by its path it is a root"],
            found.Select(f => f.Problem));
        Assert.All(found, f => Assert.Equal((Enum?)TreeProblem.Parent, f.Class));
    }

    [Fact]
    public void A_parent_column_that_never_agrees_with_the_path_means_something_else()
    {
        using TestDatabase site = server.Django(
            PluginModels, Plugins + "update cms_cmsplugin set parent_id = 5 where id < 5");

        Assert.Empty(site.Run(new TestTree(), new()));
    }

    [Fact]
    public void A_plugin_without_its_own_row_is_found_where_most_of_its_type_have_one()
    {
        using TestDatabase site = server.Django(PluginModels, Plugins);
        Assert.Empty(site.Run(new FindOrphan(), new()));
        site.Execute("delete from text_text where cmsplugin_ptr_id = 3");

        Finding found = Assert.Single(site.Run(new FindOrphan(), new()));

        Assert.Equal(
            ((Enum?)ReferenceClass.Inheritance, Severity.Error, "3", "text_text",
                "plugin_type TextPlugin: other rows of this type have their other half in text_text, which has no row of its key"),
            (found.Class, found.Severity, found.Key, found.References, found.Problem));
        site.Execute("delete from text_text where cmsplugin_ptr_id = 2");
        Assert.Empty(site.Run(new FindOrphan(), new()));
    }

    [Theory]
    [InlineData("father_id", "cat_lft", "cat_rght", "cat_tree_id", "cat_level")]
    [InlineData("father_id", "lft", "rght", "tree_id", "level")]
    [InlineData("parent_id", "node_left", "node_right", "node_tree", "node_depth")]
    public void A_tree_of_mptt_is_known_by_columns_of_other_names(
        string parent, string left, string right, string tree, string level)
    {
        using TestDatabase site = server.Django("shelf.genre", $"""
            create table shelf_genre (id int primary key, {parent} int references shelf_genre, {left} int not null,
              {right} int not null, {tree} int not null, {level} int not null);
            insert into shelf_genre values
              (1, null, 1, 6, 1, 0), (2, 1, 2, 3, 1, 1), (3, 1, 4, 5, 1, 1), (4, null, 1, 2, 2, 0);
            """);
        Assert.Empty(site.Run(new TestTree(), new()));
        site.Execute($"update shelf_genre set {level} = 4 where id = 3; update shelf_genre set {right} = 9 where id = 1");

        Assert.Equal([$"Right {right} 1", $"Level {level} 3"],
            site.Run(new TestTree(), new()).Select(f => $"{f.Class} {f.Column} {f.Key}"));
        site.Run(new RepairTree(), new() { NoUndo = true });
        Assert.Empty(site.Run(new TestTree(), new()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(", original_id int references shelf_picture")]
    public void Columns_that_only_sound_like_a_tree_are_none(string reference)
    {
        using TestDatabase site = server.Django("shelf.picture", $"""
            create table shelf_picture (
              id int primary key, crop_left int not null, crop_right int not null, crop_tree int not null,
              crop_level int not null {reference});
            insert into shelf_picture values (1, 9, 3, 1, 7), (2, 2, 3, 1, 0), (3, 9, 3, 1, 7);
            """);

        Assert.Empty(site.Run(new TestTree(), new()));
    }

    // 1 has 2 and 3, and 3 has 4.
    [Fact]
    public void A_closure_table_is_compared_with_the_parents()
    {
        using TestDatabase site = Closure();
        void Check(string damage, params string[] expected)
        {
            site.Execute($"drop table if exists shelf_link, shelf_topicclosure, shelf_topic; {ClosureTables}; {damage}");
            Finding[] found = [.. site.Run(new TestTree(), new() { Problem = [TreeProblem.Closure] })];
            Assert.Equal(expected, found.Select(
                f => f.Problem[..f.Problem.IndexOf(": the rows", StringComparison.Ordinal)]));
        }
        static string Lacks(int above, int below, string table = "topicclosure") =>
            $"shelf_{table} has no row of {above} and its descendant {below}";

        Check("");
        Check("delete from shelf_topicclosure where id in (3, 6)", Lacks(1, 3), Lacks(3, 3));
        Check("insert into shelf_topicclosure values (9, 3, 2, 1), (10, 1, 2, 1)",
            "row 10 is too many, of 1 and 2", "row 9 is too many, of 3 and 2");
        Check("update shelf_topicclosure set depth = 2 where id = 5", "depth of 5 is 2 and should be 1");
        Check("delete from shelf_topicclosure",
            Lacks(1, 1), Lacks(1, 2), Lacks(2, 2), Lacks(1, 3), Lacks(2, 3), Lacks(3, 3));
        // Packages that keep no rows of the nodes themselves.
        Check("delete from shelf_topicclosure where parent_id = child_id");
        // What no root leads to has no place.
        Check("insert into shelf_topic values (7, 7); insert into shelf_topicclosure values (9, 7, 7, 4)");
        // Of another name: nearly all rows are right, or most are something else.
        Check("alter table shelf_topicclosure rename to shelf_link; delete from shelf_link where id = 2",
            Lacks(1, 2, "link"));
        Check("alter table shelf_topicclosure rename to shelf_link; delete from shelf_link where id <> 2; " +
            "insert into shelf_link values (8, 3, 1, 5), (9, 3, 2, 5)");
    }

    [Fact]
    public void A_load_of_nodes_says_that_their_closure_is_stale()
    {
        using TestDatabase site = Closure();
        using ImportFiles files = new();
        string file = files.Json("""[{"model": "shelf.topic", "pk": 4, "fields": {"parent": 3}}]""");

        ImportResult loaded = site.Run(new ImportDataset(), new() { Path = file, NoUndo = true }).OfType<ImportResult>()
            .Single();

        Assert.Equal("closure rows in shelf_topicclosure", loaded.Stale);
        Finding[] found = [.. site.Run(new TestTree(), new() { Table = ["shelf_topicclosure"] })];
        Assert.Equal(["1,4", "2,4", "3,4", "4,4"], found.Select(f => f.Expected));
        Assert.Equal("Test-Tree -Table shelf_topicclosure -Problem Closure", found[0].Remedy);
    }

    private const string ClosureTables = """
        create table shelf_topic (id int primary key, parent_id int references shelf_topic);
        create table shelf_topicclosure (
          id int primary key, parent_id int references shelf_topic, child_id int references shelf_topic, depth int not null);
        insert into shelf_topic values (1, null), (2, 1), (3, 2);
        insert into shelf_topicclosure values
          (1, 1, 1, 0), (2, 1, 2, 1), (3, 1, 3, 2), (4, 2, 2, 0), (5, 2, 3, 1), (6, 3, 3, 0)
        """;

    private TestDatabase Closure() => server.Django("shelf.topic", ClosureTables);

    private TestDatabase Treenode(string damage) => server.Django("shelf.topic", """
        create table shelf_topic (
          id int primary key, tn_parent_id int references shelf_topic, tn_ancestors_pks text not null default '',
          tn_ancestors_count int not null default 0, tn_children_pks text not null default '',
          tn_children_count int not null default 0, tn_depth int not null default 0,
          tn_descendants_pks text not null default '', tn_descendants_count int not null default 0,
          tn_level int not null default 1, tn_siblings_pks text not null default '', tn_siblings_count int not null default 0);
        insert into shelf_topic values
          (1, null, '', 0, '2,3', 2, 2, '2,3,4', 3, 1, '', 0), (2, 1, '1', 1, '', 0, 0, '', 0, 2, '3', 1),
          (3, 1, '1', 1, '4', 1, 1, '4', 1, 2, '2', 1), (4, 3, '1,3', 2, '', 0, 0, '', 0, 3, '', 0);
        """ + damage);
}
