using DataOps.Core.Features.ContentTypes;

namespace DataOps.Core.Tests.Features.ContentTypes;

/// <summary>The damaged bakery, of which it is written down what Django's own command removes.</summary>
public sealed class RemoveStaleContentTypeTests(PostgresServer server) : IDisposable
{
    /// <summary>What remove_stale_contenttypes --include-stale-apps --noinput takes.</summary>
    private static readonly string[] s_gone =
    [
        "auth_group_permissions 901,902,903", "auth_permission 9011,9012,9013,9014,9021,9022,9031,9032",
        "auth_user_user_permissions 901,902",
        "django_admin_log 901", "django_content_type 901,902,903", "taggit_taggeditem 901",
        "wagtailcore_modellogentry 901", "wagtailcore_referenceindex 901",
        "wagtailcore_revision 901",
    ];

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void With_the_list_of_all_models_the_same_rows_go_as_with_Django()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        IReadOnlyDictionary<string, HashSet<string>> before = RowDifferences.Rows(site);
        IReadOnlyDictionary<string, string> digest = site.Digest();

        RemovalResult done = Remove(site, new() { LiveModel = [Models()], UndoPath = _files.New() });

        IReadOnlyDictionary<string, HashSet<string>> after = RowDifferences.Rows(site);
        Assert.Equal(s_gone, RowDifferences.Only(before, after));
        Assert.Equal(["django_admin_log 901", "wagtailcore_modellogentry 901"], RowDifferences.Only(after, before));
        Assert.Equal(
            "", site.Column("select coalesce(content_type_id::text, '') from django_admin_log where id = 901")[0]);
        Assert.Equal((true, 3, 8L, 5L, 0L, 19L, 2L),
            (done.Changed, done.ContentTypes, done.Permissions, done.Revoked, done.Moved, done.Deleted, done.Updated));

        RemovalResult again = Remove(site, new() { LiveModel = [Models()], NoUndo = true });
        Assert.Equal((false, 0L, 0L), (again.Changed, again.Count, again.WouldChange));
        Assert.True(ChangeFiles.Undo(site, done.UndoPath!).Changed);
        Assert.Equal(digest, site.Digest());
    }

    [Fact]
    public void Triggers_find_their_tables_as_they_do_for_the_application()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        site.Execute("""
            create table gone (name text);
            create function note() returns trigger language plpgsql as $$ begin insert into gone values (old.codename); return old; end $$;
            create trigger permission_note after delete on auth_permission for each row execute function note();
            """);

        Assert.Equal(Remove(site, new() { LiveModel = [Models()], UndoPath = _files.New() }).Permissions,
            site.Scalar<long>("select count(*) from gone"));
    }

    [Fact]
    public void The_installed_apps_alone_leave_what_may_be_a_proxy_unless_forced()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        List<string> warnings = [];

        Assert.Equal(2, Remove(site, new() { InstalledApp = Bakery.Apps, WhatIf = true }, warnings).ContentTypes);
        Assert.Contains("blog.oldpost", Assert.Single(warnings));
        Assert.Equal("Undecidable",
            Refused(site, new() { InstalledApp = Bakery.Apps, Model = ["blog.oldpost"], NoUndo = true }).Id);
        IReadOnlyDictionary<string, HashSet<string>> before = RowDifferences.Rows(site);
        Assert.Equal(3, Remove(site, new() { InstalledApp = Bakery.Apps, Force = true, NoUndo = true }).ContentTypes);
        Assert.Equal(s_gone, RowDifferences.Only(before, RowDifferences.Rows(site)));
    }

    [Fact]
    public void A_plan_says_who_loses_what_and_changes_nothing()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        IReadOnlyDictionary<string, string> before = site.Digest();

        IReadOnlyList<IChangeResult> plan = site.Run(
            new RemoveStaleContentType(), new() { LiveModel = [Models()], WhatIf = true });

        Assert.Equal(before, site.Digest());
        Assert.Equal(
            [
                "Revoke Group Editors legacyshop.add_product", "Revoke Group Editors legacyshop.change_product",
                "Revoke Group Moderators blog.add_oldpost",
                "Revoke User editor blog.change_oldpost", "Revoke User editor legacyshop.change_product",
            ],
            plan.OfType<GrantChange>().Select(g => $"{g.Action} {g.Holder} {g.Name} {g.Permission}")
                .Order(StringComparer.Ordinal));
        Assert.Equal("content_type_id = NULL",
            plan.OfType<TableChangeSummary>().Single(t => t.Table == "django_admin_log").Columns);
        RemovalResult sum = Assert.IsType<RemovalResult>(plan[^1]);
        Assert.Equal((false, 0L, 21L, 5L), (sum.Changed, sum.Count, sum.WouldChange, sum.Revoked));
        Assert.DoesNotContain(plan, p => p is RowChange);
        Assert.Equal(21,
            site.Run(new RemoveStaleContentType(), new() { LiveModel = [Models()], WhatIf = true, Detailed = true })
                .Count(p => p is RowChange));
    }

    [Fact]
    public void A_table_that_a_removed_app_has_left_does_not_end_it_in_an_IntegrityError()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        site.Execute("""
            create table legacyshop_rating (
              id serial primary key, content_type_id int not null references django_content_type deferrable initially deferred, stars int);
            create table legacyshop_note (id serial primary key, rating_id int not null references legacyshop_rating);
            insert into legacyshop_rating values (1, 901, 5), (2, 901, 4), (3, 1, 3);
            insert into legacyshop_note values (1, 1), (2, 3);
            create table legacyshop_view (content_type_id int not null references django_content_type, at date);
            insert into legacyshop_view values (902, '2020-01-01'), (902, '2020-01-01'), (2, '2020-01-01');
            """);
        IReadOnlyDictionary<string, string> before = site.Digest();

        DataOpsException refusal = Refused(site, new() { LiveModel = [Models()], NoUndo = true });
        Assert.Equal("ProtectedRows", refusal.Id);
        Assert.Contains("legacyshop_rating 2", refusal.Message);
        Assert.Contains("legacyshop_view (902,2020-01-01)", refusal.Message);
        Assert.Contains("-OnDependent Cascade", refusal.Advice);
        Assert.Equal(before, site.Digest());
        RemovalResult done = Remove(
            site, new() { LiveModel = [Models()], OnDependent = OnDependent.Cascade, UndoPath = _files.New() });
        Assert.Equal(3, done.ContentTypes);
        Assert.Equal(["3"], site.Column("select id from legacyshop_rating"));
        Assert.Equal(["2"], site.Column("select id from legacyshop_note"));
        Assert.Equal(["2"], site.Column("select content_type_id from legacyshop_view"));
        ChangeFiles.Undo(site, done.UndoPath!);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_nullable_content_type_of_an_unknown_table_is_asked_about_and_cleared_on_request()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        site.Execute("""
            create table legacyshop_rating (id serial primary key, target_type_id int references django_content_type);
            insert into legacyshop_rating values (1, 901), (2, 1);
            """);

        Assert.Equal("ProtectedRows", Refused(site, new() { LiveModel = [Models()], NoUndo = true }).Id);
        Assert.True(
            Remove(site, new() { LiveModel = [Models()], OnDependent = OnDependent.SetNull, NoUndo = true }).Changed);
        Assert.Equal(
            ["1:", "2:1"], site.Column("select concat(id, ':', target_type_id) from legacyshop_rating order by 1"));
    }

    [Fact]
    public void Pages_of_a_removed_type_become_plain_pages_and_stay()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(
            "insert into django_content_type values (900, 'blog', 'gonepage'); update wagtailcore_page set " +
                "content_type_id = 900 where id = 70");
        string[] pages = [.. site.Column("select id from wagtailcore_page order by id")!];

        RemovalResult done = Remove(site, new() { StaleModel = ["blog.gonepage"], UndoPath = _files.New() });

        Assert.Equal((1, 1L, 1L), (done.ContentTypes, done.Deleted, done.Updated));
        Assert.Equal(pages, site.Column("select id from wagtailcore_page order by id"));
        Assert.Equal(["page"],
            site.Column(
                "select model from django_content_type c join wagtailcore_page p on p.content_type_id = c.id where " +
                    "p.id = 70"));
    }

    [Fact]
    public void What_is_live_or_holds_permissions_only_goes_only_by_force()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string[] withoutAdmin = [.. Bakery.Apps.Where(a => a != "wagtailadmin")];
        List<string> warnings = [];

        Assert.Equal("NotStale", Refused(site, new() { StaleModel = ["blog.blogpage"], NoUndo = true }).Id);
        Assert.Equal(
            "ProtectedContentType", Refused(site, new() { StaleModel = ["wagtailadmin.admin"], NoUndo = true }).Id);
        Assert.Equal("ProtectedContentType",
            Refused(site, new() { InstalledApp = withoutAdmin, Model = ["wagtailadmin.admin"], NoUndo = true }).Id);
        Assert.Equal(1, Remove(site, new() { InstalledApp = withoutAdmin, WhatIf = true }, warnings).ContentTypes);
        Assert.Contains("wagtailadmin.admin", Assert.Single(warnings));
        Assert.Equal("IncompleteList", Refused(site, new() { InstalledApp = ["blog", "base"], NoUndo = true }).Id);
        Assert.Equal(before, site.Digest());
        Assert.Equal(2, Remove(site, new() { InstalledApp = withoutAdmin, Force = true, WhatIf = true }).Revoked);
    }

    [Fact]
    public void Without_any_word_from_the_operator_nothing_goes()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        List<string> warnings = [];

        RemovalResult done = Remove(site, new() { NoUndo = true }, warnings);

        Assert.Equal((false, 0L), (done.Changed, done.WouldChange));
        Assert.Contains("3 content types are kept", Assert.Single(warnings));
    }

    [Fact]
    public void A_row_that_changes_between_plan_and_removal_stops_it()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        string undo = _files.New();
        At other = new("Locking", () => site.Execute("update auth_permission set name = 'Another' where id = 9012"));

        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(() => Remove(site, undo, other));

        Assert.Equal("ChangedMeanwhile", failure.Id);
        Assert.Equal(3L, site.Scalar<long>("select count(*) from django_content_type where id > 900"));
        Assert.False(File.Exists(undo));
    }

    [Fact]
    public void A_row_that_comes_to_need_it_between_plan_and_removal_stops_it()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        string undo = _files.New();
        At other =
            new("Locking",
                () => site.Execute(
                    "insert into taggit_taggeditem (id, object_id, content_type_id, tag_id) values (9999, 1, 902, 4)"));

        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(() => Remove(site, undo, other));

        Assert.Equal("Postgres.23503", failure.Id);
        Assert.Equal(3L, site.Scalar<long>("select count(*) from django_content_type where id > 900"));
        Assert.False(File.Exists(undo));
    }

    [Fact]
    public void A_role_without_rights_changes_nothing()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        string role = $"reader_{site.Name}";
        IReadOnlyDictionary<string, string> before = site.Digest();
        site.Execute(
            $"create role \"{role}\"; grant usage on schema public to \"{role}\"; grant select on all tables in " +
                $"schema public to \"{role}\"");
        try
        {
            site.Session.Execute($"set role \"{role}\"");
            Assert.Equal(
                FailureKind.PermissionDenied, Refused(site, new() { LiveModel = [Models()], NoUndo = true }).Kind);
            site.Session.Execute("reset role");
            Assert.Equal(before, site.Digest());
        }
        finally
        {
            site.Execute($"drop owned by \"{role}\"; drop role \"{role}\"");
        }
    }

    [Theory]
    [InlineData("Finding stale content types")]
    [InlineData("Finding dependent rows")]
    [InlineData("Locking")]
    [InlineData("Changing")]
    public void A_connection_that_breaks_at_any_step_leaves_all_as_it_was(string step)
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string undo = _files.New();
        At killer = new(
            step, () =>
                site.Execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid " +
                    "<> pg_backend_pid()"));

        Assert.ThrowsAny<DataOpsException>(() => Remove(site, undo, killer));

        Assert.False(File.Exists(undo));
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_leftover_table_that_is_dropped_meanwhile_ends_it_before_anything_is_changed()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        site.Execute("""
            create table legacyshop_rating (id serial primary key, content_type_id int not null references django_content_type);
            insert into legacyshop_rating values (1, 901);
            """);
        At other = new("Finding stale content types", () => site.Execute("drop table legacyshop_rating"));

        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(() => site.Run(
            new RemoveStaleContentType(),
            new() { LiveModel = [Models()], OnDependent = OnDependent.Cascade, NoUndo = true },
            new() { Progress = other }));

        Assert.Equal("Postgres.42P01", failure.Id);
        Assert.Equal(3L, site.Scalar<long>("select count(*) from django_content_type where id > 900"));
    }

    /// <summary>The list that the project would write: all content types of the healthy site.</summary>
    private string Models()
    {
        string path = Path.Combine(_files.Folder, "models.json");
        if (!File.Exists(path))
        {
            using TestDatabase healthy = server.CopyOf(Site.Bakery);
            IEnumerable<string> models = healthy.Column("select app_label || '.' || model from django_content_type")
                .Select(m => $"\"{m}\"");
            File.WriteAllText(path, $$"""{"apps": [], "models": [{{string.Join(", ", models)}}]}""");
        }
        return path;
    }

    private void Remove(TestDatabase site, string undo, At meanwhile) =>
        site.Run(new RemoveStaleContentType(), new() { LiveModel = [Models()], UndoPath = undo },
            new() { Progress = meanwhile });

    private static RemovalResult Remove(
        TestDatabase site, RemoveStaleContentTypeOptions options, List<string>? warnings = null) =>
        site.Run(new RemoveStaleContentType(), options, new OperationContext { Warning = text => warnings?.Add(text) })
            .OfType<RemovalResult>().Single();

    private static DataOpsException Refused(TestDatabase site, RemoveStaleContentTypeOptions options) =>
        Assert.ThrowsAny<DataOpsException>(() => site.Run(new RemoveStaleContentType(), options));
}
