using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Schema;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using Npgsql;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>Whole sites, there and back.</summary>
public sealed class RestoreSiteTests(PostgresServer server) : IDisposable
{
    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(BackupCompression.Zstd, 18, Traits = ["Day", "0"])]
    [InlineData(BackupCompression.Gzip, null, Traits = ["Day", "1"])]
    public void Every_row_constraint_and_sequence_comes_back_also_on_a_newer_server(
        BackupCompression compression, int? major)
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("select setval('taggit_tag_id_seq', 4711, false); create index odd on auth_user (lower(username)) where id > 1");
        string path = _files.Backup(site, new() { Compression = compression });
        using TestDatabase target = server.Blank(major);

        RestoreResult result = _files.Restore(target, path);

        Assert.Equal((true, 0, 0), (result.Changed, result.Violations, result.Errors));
        Assert.Equal(site.Digest(), target.Digest());
        Assert.Equal(Schema(site), Schema(target));
        Assert.Equal("4711 False", target.Column("select last_value || ' ' || is_called from taggit_tag_id_seq")[0]!
            .Replace("false", "False", StringComparison.Ordinal));
        Assert.Equal(146L, target.Scalar<long>("select count(*) from pg_constraint where contype = 'f' and convalidated"));
    }

    [Fact]
    public void Database_and_files_are_replaced_in_one_step_and_those_before_are_kept()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string media = _files.Media("media", ("images/a.png", "one"), ("ümlaut/b.txt", "two"));
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(media, "images/a.png"), Mode);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string path = _files.Backup(site, new() { Storage = [$"media={media}"] });
        site.Execute($"alter database {site.Name} set statement_timeout = '77s'; alter database {site.Name} set search_path = public, pg_temp; truncate auth_group cascade");
        File.WriteAllText(Path.Combine(media, "late.txt"), "three");
        Dictionary<string, string> late = BackupFiles.Content(media);

        RestoreSiteOptions options = new() { Storage = [$"media={media}"] };
        using NpgsqlConnection application = new(site.ConnectionString + ";Pooling=false");
        application.Open();
        RestoreResult plan = _files.Restore(site, path, options with { WhatIf = true });
        Assert.Equal((false, 0L), (plan.Changed, plan.Count));
        RestoreResult done = _files.Restore(site, path, options);

        Assert.Equal((plan.Rows, plan.Files, plan.WouldChange), (done.Count, done.Files, done.WouldChange));
        Assert.Equal(before, site.Digest());
        Assert.Equal(["statement_timeout=77s,search_path=public, pg_temp"], site.Column($"""
            select array_to_string(setconfig, ',') from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
            where datname = '{site.Name}'
            """));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(media, "images/a.png")) == Mode);
        Assert.Equal(new() { ["images/a.png"] = "one", ["ümlaut/b.txt"] = "two" }, BackupFiles.Content(media));
        Assert.Equal(late, BackupFiles.Content(done.KeptFolders!));
        using Session kept = site.Session.ForkTo(done.KeptDatabase!);
        Assert.Equal(0, kept.Query<long>($"select count(*) from public.auth_group").Single());
        // The session of the caller is that of the new database.
        Assert.NotEqual(0, site.Session.Query<long>($"select count(*) from public.auth_group").Single());
        Assert.Equal(["1.tar", "media", Path.GetFileName(done.KeptFolders!),
            Path.GetFileName(done.KeptFolders!) + ".dataops"], _files.Names);
    }

    [Fact]
    public void Rows_that_violate_foreign_keys_are_all_named_and_nothing_is_left_behind()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        List<string> warnings = [];
        string path = _files.New();
        BackupResult backup = site.Run(new BackupSite(), new() { Path = path }, new() { Warning = warnings.Add })[0];
        Assert.Equal(19, backup.Orphans);
        Assert.Contains("blog_blogpagetag.tag_id: 3 rows have no target in taggit_tag.", warnings);
        using TestDatabase target = server.Blank();
        List<IChangeResult> told = [];

        DataOpsException refused = Assert.Throws<DataOpsException>(() =>
        {
            foreach (IChangeResult result in new RestoreSite().Run(target.Session, new() { Path = path }, new()))
                told.Add(result);
        });

        Assert.Equal("ViolatedForeignKeys", refused.Id);
        Assert.Equal(16, told.Count);
        Assert.Contains(told.Cast<RestoreViolation>(),
            v => v is { Table: "wagtailimages_image", Key: "10", Value: "77" });
        Assert.Equal([target.Name], Databases(target));
        Assert.Empty(target.Digest());
    }

    [Fact]
    public void Put_aside_they_let_all_constraints_be_valid_and_no_page_goes()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        string path = _files.Backup(site);
        using TestDatabase target = server.Blank();

        RestoreResult result = _files.Restore(target, path, new() { OnViolation = OnViolation.Quarantine });

        // Those of the constraint that was NOT VALID on the site, too.
        Assert.Equal(19, result.Violations);
        Assert.Equal(0L, target.Scalar<long>("select count(*) from pg_constraint where contype = 'f' and not convalidated"));
        Assert.NotEqual(0L, target.Scalar<long>("select count(*) from dataops_quarantine"));
        Assert.Equal(site.Column("select id from wagtailcore_page order by 1"),
            target.Column("select id from wagtailcore_page order by 1"));
    }

    [Fact]
    public void Whatever_fails_leaves_database_and_files_as_they_were()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string media = _files.Media("media", ("a.txt", "one"));
        string path = _files.Backup(site, new() { Storage = [$"media={media}"] });
        site.Execute("truncate auth_group cascade");
        File.WriteAllText(Path.Combine(media, "a.txt"), "changed");
        IReadOnlyDictionary<string, string> before = site.Digest();

        Assert.Equal("MissingOption", BackupFiles.Fails(() => _files.Restore(site, path)));
        Assert.Equal("InvalidOption", BackupFiles.Fails(() => _files.Restore(site, path,
            new() { Storage = [$"media={media}", "films=/nowhere"] })));
        // The last member but the manifest: everything else was restored already.
        byte[] archive = File.ReadAllBytes(path);
        int at = archive.AsSpan().IndexOf("one"u8);
        archive[at] ^= 1;
        string damaged = _files.New();
        File.WriteAllBytes(damaged, archive);
        Assert.Equal("InvalidBackup", BackupFiles.Fails(() => _files.Restore(site, damaged,
            new() { Storage = [$"media={media}"] })));
        Assert.Equal("DatabaseExists", BackupFiles.Fails(() => _files.Restore(site, path,
            new() { NoStorage = true, NewDatabase = "postgres" })));
        using CancellationTokenSource stop = new();
        OperationContext stopping = new()
        {
            Cancellation = stop.Token, Progress = new Stopper("Analyzing", stop),
        };
        Assert.ThrowsAny<OperationCanceledException>(() => site.Run(
            new RestoreSite(), new() { Path = path, NoStorage = true }, stopping));

        Assert.Equal(before, site.Digest());
        Assert.Equal([site.Name], Databases(site));
        Assert.Equal(new() { ["a.txt"] = "changed" }, BackupFiles.Content(media));
        Assert.Equal(["1.tar", "2.tar", "media"], _files.Names);
    }

    [Fact]
    public void A_rehearsal_tells_whether_it_can_be_restored()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        string path = _files.Backup(site);

        BackupTest test = Assert.Single(new TestBackup().Run(new() { BackupFile = [path], Rehearse = true }, new()));

        Assert.Equal((16, site.Name), (test.Violations, test.Database));
        Assert.NotEqual(0, test.Errors);
    }

    private static IReadOnlyList<string?> Databases(TestDatabase site) =>
        site.Column($"select datname from pg_database where starts_with(datname, '{site.Name}')");

    private string Schema(TestDatabase site)
    {
        string path = Path.Combine(_files.Folder, $"{site.Name}.json");
        site.Run(new ExportSchema(), new() { Path = path });
        IEnumerable<string> lines = File.ReadLines(path)
            .Where(l => !l.Contains("\"postgreSql\"", StringComparison.Ordinal)).ToArray();
        File.Delete(path);
        return string.Join('\n', lines);
    }

    private sealed class Stopper(string activity, CancellationTokenSource stop) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value)
        {
            if (value.Activity.StartsWith(activity, StringComparison.Ordinal))
                stop.Cancel();
        }
    }
}
