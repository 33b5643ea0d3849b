using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using DataOps.Core.Features.Backups;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>Archives of Diskette's, and folders of datasets: rows without a schema.</summary>
public sealed class DisketteTests(PostgresServer server) : IDisposable
{
    private const string Manifest = """{"version": "0.5.0", "creation": "2024-01-01T12:12:12", "datas": ["data/a.json"], "storages": ["var/media"]}""";
    private const string Rows = """[{"model": "auth.group", "pk": 7, "fields": {"name": "Editors", "permissions": []}}]""";

    // Entries of lists get keys of their own.
    private static readonly string[] s_madeAnew = ["auth_group_permissions", "news_articlepage_topics", "django_session", "wagtailadmin_editingsession", "wagtailimages_rendition", "wagtailcore_referenceindex", "wagtailsearch_indexentry"];

    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void One_that_the_real_Diskette_has_written_is_restored_with_the_schema_of_the_live_site()
    {
        string path = Path.Combine(Repository.Root, "..", "shared", "data", "diskette", "diskette_data.tar.gz");
        Assert.SkipUnless(File.Exists(path), "The archive is not here.");
        using TestDatabase site = server.CopyOf(Site.Polls);
        IReadOnlyList<string?> before = site.Column("select id || question_text from polls_question order by id");
        site.Execute("delete from polls_choice; update polls_question set question_text = 'changed'");

        RestoreResult result = _files.Restore(site, path);

        Assert.Equal((33L, 4, true, 0), (result.Count, result.Tables, result.Changed, result.Errors));
        Assert.Equal(before, site.Column("select id || question_text from polls_question order by id"));
        Assert.Equal(["18 6 3"], site.Column("select concat((select count(*) from polls_choice), ' ', (select count(*) from polls_question_topics), ' ', (select count(*) from polls_topic))"));
        // What migrate makes is there, and what the archive lacks is not.
        Assert.NotEqual(0L, site.Scalar<long>("select count(*) from django_migrations"));
        Assert.NotEqual(0L, site.Scalar<long>("select nextval(pg_get_serial_sequence('auth_permission', 'id')) - max(id) from auth_permission"));
        Assert.Equal(0L, site.Scalar<long>("select count(*) from auth_user"));
    }

    [Fact, Trait("Day", "1")]
    public void Storages_are_restored_and_what_will_be_empty_is_told()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string media = _files.Media("media", ("old.txt", "old"));
        string path = Archive(tar =>
        {
            Add(tar, "data/a.json", Rows);
            Add(tar, "var/media/images/ü.png", "picture");
            Add(tar, "manifest.json", Manifest);
        });
        List<string> warnings = [];
        RestoreSiteOptions options = new() { Path = path, Storage = [$"media={media}"] };
        site.Run(new RestoreSite(), options with { WhatIf = true }, new() { Warning = warnings.Add });
        Assert.Contains(warnings, w => w.Contains("auth_user", StringComparison.Ordinal));

        RestoreResult result = _files.Restore(site, path, options);

        Assert.Equal((1L, 1L), (result.Count, result.Files));
        Assert.Equal(["7 Editors"], site.Column("select concat(id, ' ', name) from auth_group"));
        Assert.Equal(new() { ["images/ü.png"] = "picture" }, BackupFiles.Content(media));
        // A row without its target is named, and all stays as it is.
        string orphan = _files.Media("orphan", ("a.json", """[{"model": "auth.group", "pk": 9, "fields": {"name": "New", "permissions": [12345]}}]"""));
        Assert.Equal("MissingReferences", BackupFiles.Fails(() => _files.Restore(site, orphan)));
        Assert.Equal(["7"], site.Column("select id from auth_group order by id"));
        Assert.Equal("MissingOption", BackupFiles.Fails(() => _ = new TestBackup().Run(new() { BackupFile = [orphan], Rehearse = true }, new()).ToArray()));
    }

    [Fact, Trait("Day", "0")]
    public void One_that_was_written_here_is_the_same_each_time_and_restores_all_that_is_not_made_anew()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string media = _files.Media("media", ("a.txt", "one"), ("cache/b.txt", "two"));
        BackupSiteOptions options = new()
        {
            ArchiveFormat = BackupFormat.Diskette, Storage = [$"media={media}", $"empty={_files.Media("empty")}"], Exclude = ["cache/*"],
        };
        string path = _files.Backup(site, options);
        const string Entries = "select concat(group_id, ' ', permission_id) from auth_group_permissions union all select concat(articlepage_id, '-', topic_id) from news_articlepage_topics order by 1";
        site.Execute("create materialized view users as select count(*) as n from auth_user");
        (IReadOnlyDictionary<string, string> Rows, IReadOnlyList<string?> Entries) before = (site.Digest(s_madeAnew), site.Column(Entries));
        site.Execute("delete from auth_user_groups; delete from auth_group_permissions; update auth_user set password = 'x'");

        Dictionary<string, string> members = Members(path);
        Assert.Equal(["data/site.json", "manifest.json", "media/a.txt"], members.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("\"storages\":[\"media\"]", members["manifest.json"], StringComparison.Ordinal);
        // A folder of such files is restored in the same way.
        RestoreResult result = _files.Restore(site, _files.Media("datasets", ("site.json", members["data/site.json"])));

        Assert.Equal((true, 0), (result.Changed, result.Errors));
        Assert.Equal(before.Rows, site.Digest(s_madeAnew));
        Assert.Equal(before.Entries, site.Column(Entries));
        Assert.NotEqual(0L, site.Scalar<long>("select n from users"));
        Assert.Equal(members["data/site.json"], Members(_files.Backup(site, options))["data/site.json"]);
        Assert.Equal("InvalidOption", BackupFiles.Fails(() => _files.Backup(site, options with { Storage = [$"data={media}"] })));
    }

    [Theory]
    [InlineData("var/media/../../evil", TarEntryType.RegularFile, "leads out")]
    [InlineData("/etc/evil", TarEntryType.RegularFile, "empty")]
    [InlineData("var/media/c:evil", TarEntryType.RegularFile, "colon")]
    [InlineData("var/media/link", TarEntryType.SymbolicLink, "no plain file")]
    [InlineData("var/media/link", TarEntryType.HardLink, "no plain file")]
    [InlineData("var/media/pipe", TarEntryType.Fifo, "no plain file")]
    [InlineData("data/A.json", TarEntryType.RegularFile, "differs from another name in case")]
    [InlineData("data/b.json", TarEntryType.RegularFile, "does not name")]
    [InlineData("other/b.txt", TarEntryType.RegularFile, "does not name")]
    [InlineData("../", TarEntryType.Directory, "leads out")]
    public void A_member_that_Diskette_does_not_write_is_refused_before_anything_is(
        string name, TarEntryType type, string why) => Refused(why, tar =>
    {
        Add(tar, "data/a.json", Rows);
        BackupFiles.AddHostile(tar, name, type);
        Add(tar, "manifest.json", Manifest);
    });

    [Theory]
    [InlineData("{}", "not one of Diskette's")]
    [InlineData("{", "damaged")]
    [InlineData("""{"version": "1", "creation": "", "datas": ["data/b.json"], "storages": null}""", "data/b.json is not there")]
    [InlineData("""{"version": "1", "creation": "", "datas": ["data/a.json", "data/a.json"], "storages": null}""", "twice")]
    [InlineData("""{"version": "1", "creation": "", "datas": ["data/../a.json"], "storages": null}""", "no file of data/")]
    [InlineData("""{"version": "1", "creation": "", "datas": ["data/a.json"], "storages": ["../media"]}""", "leads out")]
    [InlineData("""{"version": "1", "creation": "", "datas": ["data/a.json"], "storages": ["data"]}""", "within another")]
    [InlineData("""{"version": "1", "creation": "", "datas": ["data/a.json"], "storages": ["a", "a/b"]}""", "within another")]
    public void A_manifest_that_means_something_else_is_refused(string manifest, string why) => Refused(why, tar =>
    {
        Add(tar, "data/a.json", Rows);
        Add(tar, "manifest.json", manifest);
    });

    [Fact]
    public void A_bomb_and_one_that_was_cut_off_are_refused()
    {
        Refused("times as large", tar =>
        {
            PaxTarEntry bomb = new(TarEntryType.RegularFile, "data/a.json") { DataStream = new MemoryStream(new byte[70 << 20]) };
            tar.WriteEntry(bomb);
            Add(tar, "manifest.json", Manifest);
        });
        Refused("no manifest.json", tar => Add(tar, "data/a.json", Rows));
        byte[] whole = File.ReadAllBytes(Archive(tar =>
        {
            Add(tar, "data/a.json", Rows);
            Add(tar, "var/media/a.bin", Convert.ToHexString(Encoding.UTF8.GetBytes(Manifest)));
            Add(tar, "manifest.json", Manifest);
        }));
        Random random = new(DateTime.UtcNow.DayOfYear);
        string path = _files.New();
        for (int i = 0; i < Rounds.Of(100); i++)
        {
            File.WriteAllBytes(path, BackupFiles.Damaged(whole, random));
            if (File.ReadAllBytes(path).SequenceEqual(whole))
                continue;
            // The header of gzip has a time and a name, which mean nothing.
            try
            {
                Assert.Equal((1L, 1L), (Test(path).Rows, Test(path).Files));
            }
            catch (DataOpsException e)
            {
                Assert.Equal("InvalidBackup", e.Id);
            }
        }
    }

    private void Refused(string why, Action<TarWriter> write)
    {
        string path = Archive(write);
        string[] before = _files.Names;

        DataOpsException refused = Assert.ThrowsAny<DataOpsException>(() => Test(path));

        Assert.Equal("InvalidBackup", refused.Id);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, _files.Names);
    }

    private static BackupTest Test(string path) => new TestBackup().Run(new() { BackupFile = [path] }, new()).Single();

    private static void Add(TarWriter tar, string name, string content) => tar.WriteEntry(
        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });

    private static Dictionary<string, string> Members(string path)
    {
        using GZipStream gzip = new(File.OpenRead(path), CompressionMode.Decompress);
        using TarReader tar = new(gzip);
        Dictionary<string, string> members = [];
        while (tar.GetNextEntry(copyData: true) is { } entry)
            members.Add(entry.Name, new StreamReader(entry.DataStream!).ReadToEnd());
        return members;
    }

    private string Archive(Action<TarWriter> write)
    {
        string path = _files.New();
        using FileStream file = File.Create(path);
        using GZipStream gzip = new(file, CompressionLevel.SmallestSize);
        using TarWriter tar = new(gzip);
        tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "data/"));
        write(tar);
        return path;
    }
}
