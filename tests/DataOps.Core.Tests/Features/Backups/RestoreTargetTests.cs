using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Backups.Restoring;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Kernel;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>Where a site is restored to, as what, and what is left of earlier restores.</summary>
public sealed class RestoreTargetTests(PostgresServer server) : IDisposable
{
    private const string Local = """
        {"sites": {"hostName": "localhost", "port": 8000}, "addresses": {"columns": "*mail*", "address": "u{pk}@example.invalid"}}
        """;

    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact, Trait("Day", "2")]
    public void A_copy_is_switched_before_it_takes_its_place_and_a_definition_that_does_not_fit_leaves_all_as_it_was()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("create materialized view addresses as select email from auth_user");
        string path = _files.Backup(site);
        IReadOnlyDictionary<string, string> before = site.Digest();
        RestoreSiteOptions options = new() { Environment = Local };

        Assert.Equal("UnknownField", BackupFiles.Fails(() => _files.Restore(site, path, new()
        {
            Environment = """{"addresses": {"columns": "shop.order.email", "address": "x@example.invalid"}}""",
        })));
        Assert.Equal(before, site.Digest());
        RestoreResult plan = _files.Restore(site, path, options with { WhatIf = true });
        Assert.Contains("becomes localhost:8000; addresses of *mail* become u{pk}@example.invalid", plan.Describe(),
            StringComparison.Ordinal);
        RestoreResult done = _files.Restore(site, path, options);

        Assert.True(done.Changed);
        Assert.Equal(["localhost"], site.Column("select hostname from wagtailcore_site"));
        Assert.Equal(0L, site.Scalar<long>("select count(*) from auth_user where email !~ '@example.invalid$'"));
        Assert.Equal(site.Column("select email from auth_user order by 1"), site.Column("select email from addresses order by 1"));
        Assert.Equal([site.Name, done.KeptDatabase!], Databases(site).Order());
    }

    [Fact]
    public void Prune_removes_what_earlier_restores_have_marked_and_nothing_that_only_has_such_a_name()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string media = _files.Media("media", ("a.txt", "one"));
        string path = _files.Backup(site, new() { Storage = [$"media={media}"] });
        site.Execute($"comment on database {site.Name} is 'The shop'");
        RestoreSiteOptions options = new() { Storage = [$"media={media}"] };
        string first = _files.Restore(site, path, options).KeptDatabase!;
        string killed = $"{site.Name}_restore_20200101000000";
        string unmarked = $"{site.Name}_restore_20200101000001";
        string running = $"{site.Name}_restore_20200101000002";
        string others = $"{site.Name}_before_20200101000000";
        string filled = $"{site.Name}_restore_20200101000003";
        foreach (string name in (string[])[killed, unmarked, running, others, filled])
            site.Execute($"create database {name}");
        foreach (string name in (string[])[killed, running])
            site.Execute($"comment on database {name} is '{RestoreMark.Unfinished(name, site.Name)}'");
        using Session maker = site.Session.ForkTo("postgres");
        RestoreMark.Lock(maker, running, default);
        using (Session inside = site.Session.ForkTo(filled))
            inside.Execute("create table public.mine (id int)");
        _files.Media($"media_before_20200101000000", ("mine.txt", "mine"));
        string half = _files.Media("media_restore_20200101000000", ("half.txt", "half"));
        File.WriteAllText(half + ".dataops", RestoreMark.Unfinished(Path.GetFileName(half), "media"));

        RestoreResult plan = _files.Restore(site, path, options with { WhatIf = true, Prune = true });
        Assert.Contains(first, Databases(site));
        string[] folders = [.. plan.Pruned!.Split(',').Where(n => n.StartsWith('/'))];
        Assert.Equal([first, killed, unmarked], plan.Pruned!.Split(',').Except(folders).Order());
        Assert.Equal(2, folders.Length);
        Assert.Contains(half, folders);
        RestoreResult done = _files.Restore(site, path, options with { Prune = true });

        Assert.Equal(plan.Pruned, done.Pruned);
        Assert.Equal([site.Name, done.KeptDatabase!, running, others, filled],
            Databases(site).OrderBy(n => Array.IndexOf([site.Name, done.KeptDatabase, running, others, filled], n)));
        Assert.Equal(["1.tar", "media", "media_before_20200101000000", Path.GetFileName(done.KeptFolders!),
            Path.GetFileName(done.KeptFolders!) + ".dataops"], _files.Names);
        // What people wrote of the site goes on with it, without the mark.
        Assert.Equal(["The shop"], site.Column($"select shobj_description(oid, 'pg_database') from pg_database where datname = '{site.Name}'"));
        maker.Dispose();
        foreach (string name in (string[])[running, others, filled])
            site.Execute($"drop database {name}");
    }

    [Fact]
    public void An_empty_database_is_filled_and_is_empty_again_after_whatever_fails()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        string path = _files.Backup(site);
        using TestDatabase target = server.Blank(14);
        RestoreSiteOptions into = new() { IntoEmpty = true };

        DataOpsException full = Assert.Throws<DataOpsException>(() => _files.Restore(site, path, into));
        Assert.Equal("DatabaseNotEmpty", full.Id);
        Assert.Contains("tables (", full.Message, StringComparison.Ordinal);
        Assert.Equal("ViolatedForeignKeys", BackupFiles.Fails(() => _files.Restore(target, path, into)));
        Assert.Empty(Content(target));
        At breaking = new("Analyzing", () => target.Execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'DataOps/Broken'"));
        using (Session broken = Session.Open(target.Settings, "Broken"))
            Assert.Equal(FailureKind.Connection, Assert.Throws<DataOpsException>(() => new RestoreSite().Run(
                broken, into with { Path = path, OnViolation = OnViolation.Quarantine }, new() { Progress = breaking })
                .Last()).Kind);
        Assert.Empty(Content(target));
        RestoreResult done = _files.Restore(target, path, into with { OnViolation = OnViolation.Quarantine });

        Assert.Equal((true, null), (done.Changed, done.KeptDatabase));
        Assert.Equal(site.Column("select id from wagtailcore_page order by 1"),
            target.Column("select id from wagtailcore_page order by 1"));
        Assert.Equal([target.Name], Databases(target));
        Assert.DoesNotContain(Content(target), o => o.Identity == "dataops_restore");
    }

    [Fact]
    public void Files_of_the_live_site_that_a_killed_restore_has_moved_away_are_never_pruned()
    {
        using TestDatabase site = server.Blank();
        string media = _files.Media("media", ("a.txt", "archived"));
        string path = _files.Backup(site, new() { Storage = [$"media={media}"] });
        const string Time = "20200101000000";
        // As it is between the renames of the folders and the commit.
        string made = $"{site.Name}_restore_{Time}";
        site.Execute($"create database {made}");
        site.Execute($"comment on database {made} is '{RestoreMark.Unfinished(made, site.Name)}'");
        string live = _files.Media($"media_before_{Time}", ("a.txt", "live"));
        File.WriteAllText($"{live}.dataops", RestoreMark.Kept(Path.GetFileName(live), "media"));
        File.WriteAllText($"{media}_restore_{Time}.dataops", RestoreMark.Unfinished($"media_restore_{Time}", "media"));
        string[] names = _files.Names;
        RestoreSiteOptions options = new() { Path = path, Storage = [$"media={media}"], Prune = true };

        DataOpsException refused = Assert.Throws<DataOpsException>(() => _files.Restore(site, path, options));

        Assert.Equal("HalfRestored", refused.Id);
        Assert.Equal(names, _files.Names);
        string[] moves = [.. refused.Advice!.Split(": ")[1].Split(" && ")];
        Assert.Equal(2, moves.Length);
        foreach (string[] move in moves.Select(m => m.Split(' ')))
            Directory.Move(move[1], move[2]);
        Assert.Equal(new() { ["a.txt"] = "live" }, BackupFiles.Content(media));
        RestoreResult done = _files.Restore(site, path, options);
        Assert.Equal(new() { ["a.txt"] = "live" }, BackupFiles.Content(done.KeptFolders!));
        Assert.Equal(new() { ["a.txt"] = "archived" }, BackupFiles.Content(media));
        Assert.Equal([site.Name, done.KeptDatabase!], Databases(site).Order());
    }

    // As on the servers that others manage: public belongs to the superuser before PostgreSQL 15.
    [Theory]
    [InlineData(null, Traits = ["Day", "0"])]
    [InlineData(14, Traits = ["Day", "1"])]
    public void A_role_that_owns_nothing_but_its_database_restores_and_backs_up_all_of_it(int? major)
    {
        using TestDatabase site = server.CopyOf(Site.Sample, major);
        string role = $"tenant_{site.Name}";
        site.Execute($"""
            create role {role} login; comment on schema public is 'The shop'; create extension citext; create extension pg_trgm with schema pg_catalog;
            create schema notes; create table notes.note (id serial primary key, t citext); insert into notes.note (t) values ('One');
            create materialized view notes.users as select count(*) as n from public.auth_user;
            create view notes.v as select n from notes.users; create materialized view notes.all_users as select n from notes.v; create materialized view notes.never as select 1 as n with no data;
            create function notes.f() returns trigger language plpgsql security definer as $$ begin return new; end $$;
            create trigger t before insert on notes.note for each row execute function notes.f();
            alter default privileges in schema notes grant select on tables to public; grant usage on schema notes, public to pg_monitor; grant select on notes.note to pg_monitor
            """);
        string theirs = _files.Backup(site);
        string own = _files.New();
        using TestDatabase first = server.Blank(major);
        using TestDatabase second = server.Blank(major);
        foreach (TestDatabase owned in (TestDatabase[])[first, second])
            site.Execute($"alter database {owned.Name} owner to {role}");
        Session As(TestDatabase database) => Session.Open(ConnectionSettings.Parse(
            database.Uri.Replace("//postgres@", $"//{role}@", StringComparison.Ordinal)), "Tenant");
        RestoreSiteOptions into = new() { IntoEmpty = true };

        using (Session tenant = As(first))
        {
            using CancellationTokenSource stop = new();
            Assert.ThrowsAny<OperationCanceledException>(() => new RestoreSite().Run(tenant, into with { Path = theirs },
                new() { Cancellation = stop.Token, Progress = new At("Analyzing", stop.Cancel) }).Last());
            Assert.Empty(Content(first));
            Assert.Equal(["plpgsql"], first.Column("select extname from pg_extension"));
            _ = new RestoreSite().Run(tenant, into with { Path = theirs }, new()).Last();
            _ = new BackupSite().Run(tenant, new() { Path = own }, new()).Last();
        }
        List<string> warnings = [];
        using (Session tenant = As(second))
            _ = new RestoreSite().Run(tenant, into with { Path = own }, new() { Warning = warnings.Add }).Last();

        Assert.Empty(warnings);
        foreach (TestDatabase made in (TestDatabase[])[first, second])
        {
            Assert.Equal(site.Digest(), made.Digest());
            foreach (string same in (string[])["select count(*) from pg_constraint where convalidated", "select n from notes.all_users", "select relispopulated from pg_class where relkind = 'm' order by relname", "select last_value from notes.note_id_seq", "select count(*) from pg_trigger", "select string_agg(extname, ',' order by extname) from pg_extension"])
                Assert.Equal(site.Column(same), made.Column(same));
            Assert.Equal([role], made.Column("select distinct pg_get_userbyid(relowner) from pg_class where relnamespace in ('public'::regnamespace, 'notes'::regnamespace)"));
        }
    }

    [Fact]
    public void What_came_into_an_empty_database_before_it_was_locked_stays()
    {
        using TestDatabase target = server.Blank();
        EmptyDatabase empty = EmptyDatabase.Require(target.Session, prune: false, default);
        target.Execute("create table quicker (id int)");

        Assert.Equal("DatabaseNotEmpty", BackupFiles.Fails(() => empty.Mark(default)));
        Assert.Equal(0L, target.Scalar<long>("select count(*) from quicker"));
    }

    [Fact]
    public void Rows_that_an_archive_was_made_without_are_not_taken_for_none()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string path = _files.Backup(site, new() { ExcludeRows = ["auth_user_groups"] });
        IReadOnlyDictionary<string, string> before = site.Digest();

        Assert.Equal("InvalidBackup", BackupFiles.Fails(() => site.Run(
            new RestoreModel(), new RestoreModelOptions { Path = path, Model = ["auth.user"], NoUndo = true })));
        Assert.Equal(before, site.Digest());
    }

    [Fact, Trait("Day", "1")]
    public void What_a_killed_restore_has_left_in_a_database_is_known_and_removed_only_when_asked_for()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string path = _files.Backup(site);
        using TestDatabase target = server.Blank();
        // Nothing of a process that is killed takes anything back.
        using (Session killed = target.Open())
        {
            EmptyDatabase.Require(killed, prune: false, default).Mark(default);
            killed.Execute("create table public.half (id serial primary key); create extension pg_trgm; create schema other; create type other.mood as enum ('a'); create domain public.d as int; create function public.f() returns int language sql as 'select 1'; create view public.v as select 1 as x");
            Assert.Equal("DatabaseNotEmpty", BackupFiles.Fails(
                () => _files.Restore(target, path, new() { IntoEmpty = true, Prune = true })));
        }
        Npgsql.NpgsqlConnection.ClearAllPools();

        Assert.Equal("DatabaseNotEmpty", BackupFiles.Fails(() => _files.Restore(target, path, new() { IntoEmpty = true })));
        RestoreResult plan = _files.Restore(target, path, new() { IntoEmpty = true, Prune = true, WhatIf = true });
        Assert.Contains($"objects in {target.Name}", plan.Pruned, StringComparison.Ordinal);
        Assert.True(_files.Restore(target, path, new() { IntoEmpty = true, Prune = true }).Changed);

        Assert.Equal(site.Digest(), target.Digest());
        Assert.Equal(0L, target.Scalar<long>("select count(*) from pg_extension where extname = 'pg_trgm'")
            - site.Scalar<long>("select count(*) from pg_extension where extname = 'pg_trgm'"));
    }

    [Fact, Trait("Day", "0")]
    public void Single_models_come_back_with_their_parents_halves_and_lists_and_nothing_else_changes()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        // Rows of a list that come back have a new number of their own, which Django tells nobody.
        const string List = "auth_user_groups";
        IReadOnlyDictionary<string, string> before = site.Digest(List);
        IReadOnlyList<string?> lists = site.Column($"select user_id || ' ' || group_id from {List} order by 1");
        string path = _files.Backup(site);
        site.Execute("""
            update news_articlepage set body = '[]' where page_ptr_id = (select max(page_ptr_id) from news_articlepage);
            update wagtailcore_page set title = title || '!' where id in (select max(page_ptr_id) from news_articlepage union all select 3);
            delete from auth_user_groups where user_id = 2; update auth_user set last_login = null;
            insert into auth_user (username, password, email, first_name, last_name, is_staff, is_active, is_superuser, date_joined)
              values ('late', '', '', '', '', false, true, false, now())
            """);
        IReadOnlyDictionary<string, string> late = site.Digest();
        RestoreModelOptions options = new() { Path = path, Model = ["news.articlepage", "auth.user"], NoUndo = true };
        ImportResult Restore(RestoreModelOptions how) =>
            Assert.IsType<ImportResult>(site.Run(new RestoreModel(), how)[^1]);

        Assert.Equal("UnknownModel", BackupFiles.Fails(() => Restore(options with { Model = ["news.*", "shop.order"] })));
        Assert.Equal("ContradictingOptions", BackupFiles.Fails(() => Restore(options with { DeleteMissing = true })));
        ImportResult plan = Restore(options with { WhatIf = true });
        Assert.Equal(late, site.Digest());
        string undo = Path.Combine(_files.Folder, "undo.gz");
        ImportResult done = Restore(options with { NoUndo = false, UndoPath = undo });

        Assert.Equal((true, plan.WouldChange, undo, "Restore-Model", path),
            (done.Changed, done.Count, done.UndoPath, done.Operation, done.Path));
        // The page that is no article keeps its title, and the late user stays.
        Assert.Equal(["auth_user", "wagtailcore_page"],
            before.Where(t => site.Digest(List)[t.Key] != t.Value).Select(t => t.Key.Replace("public.", "")).Order());
        Assert.Equal(1L, site.Scalar<long>("select count(*) from wagtailcore_page where title like '%!'"));
        Assert.Equal(lists, site.Column($"select user_id || ' ' || group_id from {List} order by 1"));
        Assert.False(Restore(options).Changed);
        ChangeFiles.Undo(site, undo);
        Assert.Equal(late, site.Digest());
        ImportResult whole = Restore(options with
        {
            Model = ["news.articlepage", "auth.user", "wagtailcore.page"], DeleteMissing = true, MaxDelete = "1",
        });

        Assert.Equal(1, whole.Deleted);
        Assert.Equal(before, site.Digest(List));
        Assert.Equal([site.Name], Databases(site));
        site.Execute("update django_content_type set model = 'else' where app_label = 'news' and model = 'articlepage'");
        Assert.Equal("UnnamedContentType", BackupFiles.Fails(() => Restore(options)));
    }

    private static IReadOnlyList<DatabaseObject> Content(TestDatabase site) =>
        DatabaseContent.Read(site.Session, default);

    private static IReadOnlyList<string> Databases(TestDatabase site) =>
        [.. site.Column($"select datname from pg_database where starts_with(datname, '{site.Name}')").Select(n => n!)];
}
