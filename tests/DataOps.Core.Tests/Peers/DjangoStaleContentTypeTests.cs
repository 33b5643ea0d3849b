using System.Text.RegularExpressions;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Peers;

/// <summary>
/// Django's remove_stale_contenttypes against Remove-StaleContentType, over random content types, permissions, grants
/// and rows that name them.
/// </summary>
public sealed partial class DjangoStaleContentTypeTests(PostgresServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-types-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_goes_and_what_stays_is_the_same(bool withStaleApps)
    {
        using TestDatabase theirs = server.CopyOf(Site.DjangoFilled);
        using TestDatabase ours = server.CopyOf(Site.DjangoFilled);
        Age(theirs);
        Age(ours);
        IReadOnlyDictionary<string, string> before = ours.Digest();
        string list = List(ours);
        string undo = Path.Join(_folder, "removal.undo.gz");

        string[] command = ["remove_stale_contenttypes", "--noinput", "--verbosity", "0"];
        RunningDjango.Get().Run(
            theirs.Port, theirs.Name, withStaleApps ? [.. command, "--include-stale-apps"] : command);
        // Without the option Django leaves alone what belongs to apps that are not installed.
        RemoveStaleContentTypeOptions options = new()
        {
            LiveModel = [list],
            AppLabel = withStaleApps ? [] : ["library", "reviews"],
            OnDependent = OnDependent.Cascade,
            UndoPath = undo,
        };
        IReadOnlyList<IChangeResult> plan = ours.Run(
            new RemoveStaleContentType(), options with { WhatIf = true, Detailed = true });
        Assert.Equal(before, ours.Digest());
        RemovalResult done = Assert.IsType<RemovalResult>(
            Assert.Single(ours.Run(new RemoveStaleContentType(), options)));

        SiteRows.AssertSame(SiteRows.Of(theirs), SiteRows.Of(ours));
        Assert.True(done is { ContentTypes: > 5, Permissions: > 10, Revoked: > 5, Updated: > 0 },
            $"seed {DjangoPeer.Seed}: {done}");
        Assert.Equal(done.Deleted, plan.OfType<RowChange>().Count(c => c.Action == "Delete"));
        Assert.Equal(done.Revoked, plan.OfType<GrantChange>().Count());
        IChangeResult again = Assert.Single(
            ours.Run(new RemoveStaleContentType(), options with { UndoPath = null, NoUndo = true }));
        Assert.False(Assert.IsType<RemovalResult>(again).Changed);
        ours.Run(new UndoChange(), new UndoChangeOptions { Path = undo, NoUndo = true });
        Assert.Equal(before, ours.Digest());
    }

    [Fact]
    public void A_table_that_a_removed_app_has_left_ends_Django_in_an_IntegrityError_and_us_where_we_are_told()
    {
        using TestDatabase theirs = server.CopyOf(Site.DjangoFilled);
        using TestDatabase ours = server.CopyOf(Site.DjangoFilled);
        string list = List(ours);
        foreach (TestDatabase site in new[] { theirs, ours })
            site.Execute("""
                insert into django_content_type values (900, 'ghost', 'gone');
                create table ghost_log (id serial primary key, content_type_id int not null references django_content_type deferrable initially deferred);
                insert into ghost_log values (1, 900);
                """);

        Exception failure = Assert.ThrowsAny<Exception>(() =>
            RunningDjango.Get()
            .Run(theirs.Port, theirs.Name, "remove_stale_contenttypes", "--noinput", "--verbosity", "0",
                "--include-stale-apps"));
        Assert.Contains("IntegrityError", failure.Message);
        Assert.Single(theirs.Rows("select 1 from django_content_type where id = 900"));

        RemoveStaleContentTypeOptions options = new() { LiveModel = [list], NoUndo = true };
        Assert.Equal("ProtectedRows",
            Assert.ThrowsAny<DataOpsException>(() => ours.Run(new RemoveStaleContentType(), options)).Id);
        ours.Run(new RemoveStaleContentType(), options with { OnDependent = OnDependent.Cascade });
        Assert.Empty(ours.Rows("select 1 from django_content_type where id = 900 union all select 1 from ghost_log"));
    }

    [Fact]
    public void The_list_that_the_project_writes_names_all_that_is_there()
    {
        using TestDatabase site = server.CopyOf(Site.DjangoFilled);

        IReadOnlyList<ContentTypeFinding> all = site.Run(
            new FindStaleContentType(), new() { LiveModel = [List(site)], IncludeLive = true });

        IReadOnlyList<string?> models = site.Column("select app_label || '.' || model from django_content_type");
        Assert.Equal(models.Order(StringComparer.Ordinal), all.Select(f => f.Model).Order(StringComparer.Ordinal));
        Assert.All(all, f => Assert.Equal(ContentTypeClass.Live, Assert.IsType<StaleContentType>(f).Class));
        site.Execute(
            "insert into auth_permission (name, content_type_id, codename) select 'x', id, 'lend_book' from " +
                "django_content_type where model = 'book'");
        StalePermissionFinding stale = Assert.Single(
            site.Run(new FindStaleContentType(), new() { LiveModel = [List(site)] }).OfType<StalePermissionFinding>());
        Assert.Equal(("library.book", "lend_book"), (stale.Model, stale.Permission));
        Assert.Empty(
            site.Run(new FindStaleContentType(), new() { InstalledApp = [List(site)], AppLabel = ["library"] }));
    }

    /// <summary>The file that the line on the page of Find-StaleContentType writes.</summary>
    private string List(TestDatabase site)
    {
        string path = Path.Join(_folder, "models.json");
        string page = File.ReadAllText(Path.Join(Repository.Root, "docs", "en-US", "Find-StaleContentType.md"));
        string line = Line().Match(page).Groups["code"].Value;
        Assert.Contains("'models.json'", line);
        RunningDjango.Get().Run(site.Port, site.Name, "shell", "-c", line.Replace("'models.json'", $"'{path}'"));
        return path;
    }

    // The same rows in both databases: the seed is the run's.
    private static void Age(TestDatabase site) => site.Execute($"""
        select setseed({(DjangoPeer.Seed % 1000) / 1000.0:0.000});
        insert into django_content_type (id, app_label, model)
          select 900 + i, (array['ghost', 'library', 'reviews', 'Old_Shop'])[1 + i % 4], 'gone' || i from generate_series(0, 30) i;
        insert into auth_permission (id, name, content_type_id, codename)
          select 90000 + row_number() over (order by c.id, a), 'Can ' || a, c.id, a || '_' || c.model
          from django_content_type c, unnest(array['add', 'change', 'delete', 'view', 'publish']) a where c.id >= 900 and random() < 0.7 order by c.id, a;
        insert into auth_group_permissions (group_id, permission_id)
          select g.id, p.id from auth_group g, auth_permission p where p.id >= 90000 and random() < 0.2 order by 1, 2;
        insert into accounts_user_user_permissions (user_id, permission_id)
          select u.pk, p.id from (select user_id as pk from accounts_user_groups union select user_id from accounts_user_user_permissions) u, auth_permission p
          where p.id >= 90000 and random() < 0.05 order by 1, 2;
        insert into django_admin_log (action_time, user_id, content_type_id, object_id, object_repr, action_flag, change_message)
          select '2026-01-02T03:04:05Z', l.user_id, 900 + (random() * 30)::int, '1', 'x', 1, '' from (select * from django_admin_log order by id limit 40) l;
        insert into reviews_review (content_type_id, object_id, stars, text)
          select 900 + (random() * 30)::int, i, 3, 'x' from generate_series(1, 50) i;
        insert into reviews_bookmark (target_type_id, target_id, owner_id, is_private)
          select 900 + (random() * 30)::int, 'k' || row_number() over (), b.owner_id, false from (select * from reviews_bookmark order by id limit 40) b;
        insert into taggit_taggeditem (content_type_id, object_id, tag_id)
          select 900 + (random() * 30)::int, i, (select min(id) from taggit_tag) from generate_series(1, 50) i;
        """);

    [GeneratedRegex("python manage.py shell -c \"(?<code>[^\"]+)\"")]
    private static partial Regex Line();
}
