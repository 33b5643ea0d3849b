using DataOps.Core.Features.ContentTypes;

namespace DataOps.Core.Tests.Features.ContentTypes;

/// <summary>A renamed model whose rows are under the old name: the new one takes them over.</summary>
public sealed class RepointTests(PostgresServer server) : IDisposable
{
    /// <summary>
    /// blog.oldpost was renamed to blog.blogpage, whose rows go on; half of what depends on a content type is under
    /// each name.
    /// </summary>
    private const string Renamed = """
        insert into django_content_type values (900, 'blog', 'oldpost');
        insert into auth_permission (id, name, content_type_id, codename) values
          (9001, 'Can add old post', 900, 'add_oldpost'), (9002, 'Can change old post', 900, 'change_oldpost'),
          (9003, 'Can feature', 900, 'feature_oldpost'), (9004, 'Can print', 900, 'print');
        insert into auth_group_permissions (id, group_id, permission_id)
          select 9000 + row_number() over (), g, p from (values (1, 9001), (2, 9001), (1, 9003), (2, 9004)) x (g, p);
        insert into auth_group_permissions (id, group_id, permission_id)
          select 9010, 1, id from auth_permission where codename = 'add_blogpage';
        insert into auth_user_user_permissions (id, user_id, permission_id) values (9001, 4, 9002);
        insert into taggit_taggeditem (id, object_id, content_type_id, tag_id) values (9001, 68, 900, 1), (9002, 68, 900, 2), (9003, 68, 41, 2);
        insert into wagtailcore_workflowcontenttype (content_type_id, workflow_id) select 900, min(id) from wagtailcore_workflow;
        update wagtailcore_revision set content_type_id = 900 where id in (select id from wagtailcore_revision where content_type_id = 41 order by id limit 2);
        update wagtailcore_page set content_type_id = 900 where id in (select id from wagtailcore_page where content_type_id = 41 order by id limit 3);
        update wagtailcore_pagelogentry set content_type_id = 900 where content_type_id = 41;
        """;

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void All_that_depends_on_the_old_name_goes_on_under_the_new_one_and_nothing_is_doubled_or_lost()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(Renamed);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string[] holders = Holders(site);
        long revisions = site.Scalar<long>(
            "select count(*) from wagtailcore_revision where content_type_id in (41, 900)");
        long entries = site.Scalar<long>(
            "select count(*) from wagtailcore_pagelogentry where content_type_id in (41, 900)");
        Assert.True(entries > 0);

        RemovalResult plan = Remove(site, new() { Repoint = ["blog.oldpost=blog.blogpage"], WhatIf = true });
        Assert.Equal(before, site.Digest());
        RemovalResult done = Remove(site, new() { Repoint = ["blog.oldpost=blog.blogpage"], UndoPath = _files.New() });

        Assert.Equal((plan.WouldChange, plan.Moved, 0L, 5L), (done.Count, done.Moved, done.Revoked, done.Moved));
        Assert.Empty(site.Rows("select 1 from django_content_type where id = 900"));
        Assert.Equal(
            revisions, site.Scalar<long>("select count(*) from wagtailcore_revision where content_type_id = 41"));
        Assert.Equal(
            entries, site.Scalar<long>("select count(*) from wagtailcore_pagelogentry where content_type_id = 41"));
        Assert.Empty(
            site.Rows(
                "select 1 from wagtailcore_page where id in (select page_ptr_id from blog_blogpage) and " +
                    "content_type_id <> 41"));
        Assert.Equal(
            ["68:1", "68:2"],
            site.Column(
                "select object_id || ':' || tag_id from taggit_taggeditem where content_type_id = 41 and id > 9000 " +
                    "order by 1"));
        Assert.Equal(["41"],
            site.Column(
                "select content_type_id from wagtailcore_workflowcontenttype where content_type_id in (41, 900)"));
        Assert.Equal(
            ["add_blogpage", "change_blogpage", "delete_blogpage", "feature_blogpage", "print", "view_blogpage"],
            site.Column("select codename from auth_permission where content_type_id = 41 order by 1"));
        Assert.Equal(
            [.. holders.Select(h => h.Replace("_oldpost", "_blogpage")).Distinct().Order(StringComparer.Ordinal)],
            Holders(site));

        Assert.False(Remove(site, new() { Repoint = ["blog.oldpost=blog.blogpage"], NoUndo = true }).Changed);
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void What_a_model_was_renamed_to_is_found_by_its_pages_its_index_or_its_permissions()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(Renamed);
        site.Execute("""
            insert into django_content_type values (910, 'breads', 'oldtype'), (911, 'people', 'oldindex');
            alter index breads_breadtype_pkey rename to breads_oldtype_pkey;
            insert into auth_permission (id, name, content_type_id, codename)
              select 9100 + row_number() over (), 'x', c.id, a || '_oldindex'
              from unnest(array['add', 'change', 'delete']) a, django_content_type c where model = 'peopleindexpage';
            """);

        IReadOnlyList<ContentTypeFinding> found = site.Run(new FindStaleContentType(), new());
        Assert.Equal(
            [("blog.oldpost", "blog.blogpage"), ("breads.oldtype", "breads.breadtype"),
                ("people.oldindex", "people.peopleindexpage")],
            found.OfType<StaleContentType>().Select(f => (f.Model, f.RenameTo)));
        Assert.All(found, f => Assert.Equal(Severity.Warning, f.Severity));
        Assert.Equal(
            [("add_oldindex", "add_peopleindexpage"), ("change_oldindex", "change_peopleindexpage"),
                ("delete_oldindex", "delete_peopleindexpage")],
            found.OfType<StalePermissionFinding>().Select(f => (f.Permission, f.RenameTo)));

        Assert.Equal(3, Remove(site, new() { Repoint = ["*"], NoUndo = true }).ContentTypes);
        Assert.Empty(site.Run(new FindStaleContentType(), new()));
    }

    [Fact]
    public void Pages_without_their_half_in_the_new_table_are_named_and_nothing_is_changed()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(Renamed);
        IReadOnlyDictionary<string, string> before = site.Digest();

        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(
            () => Remove(site, new() { Repoint = ["blog.oldpost=breads.breadpage"], NoUndo = true }));

        Assert.Equal("MissingHalf", failure.Id);
        Assert.Contains("3 rows have", failure.Message);
        Assert.Equal(before, site.Digest());
    }

    [Theory]
    [InlineData("blog.oldpost=blog.nothing", "UnknownModel")]
    [InlineData("blog.oldpost=blog.oldpost", "InvalidRepoint")]
    [InlineData("blog.oldpost=blog", "InvalidRepoint")]
    [InlineData("blog.blogpage=breads.breadpage", "NotStale")]
    public void What_makes_no_sense_is_refused(string repoint, string id)
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(Renamed);

        Assert.Equal(id,
            Assert.ThrowsAny<DataOpsException>(() => Remove(site, new() { Repoint = [repoint], NoUndo = true })).Id);
    }

    [Fact]
    public void Stale_permissions_of_a_live_model_go_or_are_taken_over()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            insert into auth_permission (id, name, content_type_id, codename) values
              (9001, 'x', 41, 'add_oldpost'), (9002, 'x', 41, 'change_oldpost'), (9003, 'x', 41, 'delete_oldpost'), (9004, 'x', 41, 'view_report');
            insert into auth_group_permissions (id, group_id, permission_id) values (9001, 2, 9001);
            """);
        IReadOnlyDictionary<string, string> before = site.Digest();

        RemovalResult lost = Remove(site, new() { Permission = true, WhatIf = true });
        Assert.Equal((0, 3L, 1L, 0L), (lost.ContentTypes, lost.Permissions, lost.Revoked, lost.Moved));
        Assert.Equal(
            1L, Remove(site, new() { StalePermission = ["blog.blogpage.add_oldpost"], WhatIf = true }).Permissions);
        RemoveStaleContentTypeOptions own = new() { StalePermission = ["blog.blogpage.add_blogpage"], NoUndo = true };
        Assert.Equal("NotStale", Assert.ThrowsAny<DataOpsException>(() => Remove(site, own)).Id);
        Assert.Equal(before, site.Digest());

        RemovalResult kept = Remove(site, new() { Permission = true, Repoint = ["*"], UndoPath = _files.New() });
        Assert.Equal((3L, 0L, 1L), (kept.Permissions, kept.Revoked, kept.Moved));
        Assert.Equal(
            ["add_blogpage"],
            site.Column(
                "select codename from auth_group_permissions g join auth_permission p on p.id = permission_id where " +
                    "g.id = 9001"));
        Assert.Single(site.Rows("select 1 from auth_permission where codename = 'view_report'"));
        ChangeFiles.Undo(site, kept.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    private static string[] Holders(TestDatabase site) => [.. site.Column("""
        select holder || ' ' || app_label || '.' || codename
        from (select 'group ' || group_id, permission_id from auth_group_permissions
              union all select 'user ' || user_id, permission_id from auth_user_user_permissions) g (holder, permission_id)
        join auth_permission p on p.id = g.permission_id join django_content_type c on c.id = content_type_id
        """).Select(h => h!).Order(StringComparer.Ordinal)];

    private static RemovalResult Remove(TestDatabase site, RemoveStaleContentTypeOptions options) =>
        site.Run(new RemoveStaleContentType(), options).OfType<RemovalResult>().Single();
}
