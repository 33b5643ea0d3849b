using System.Text;
using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Backups.Archives;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>Which backups stay.</summary>
public sealed class RemoveBackupTests : IDisposable
{
    private static readonly DateTime s_now = new(2026, 11, 29, 12, 0, 0, DateTimeKind.Utc);

    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_rule_keeps_the_newest_of_each_period_and_the_oldest_while_it_has_some_left()
    {
        Random random = new(DateTime.UtcNow.DayOfYear);
        for (int round = 0; round < 300; round++)
        {
            SiteBackup[] all = [.. Enumerable.Range(0, random.Next(1, 40)).Select(i => Backup(
                $"{i}", s_now.AddHours(-random.Next(1, (int)Math.Pow(10, random.Next(1, 5))) - (i / 1000.0))))];
            RemoveBackupOptions options = new()
            {
                KeepLast = Some(), KeepDaily = Some(), KeepWeekly = Some(), KeepMonthly = Some(), KeepYearly = Some(),
            };
            int? Some() => random.Next(2) == 0 ? null : random.Next(1, 9);

            Assert.Equal(
                Kept(all, options).Order(StringComparer.Ordinal),
                new Retention(options).Decide(all).Where(d => d.Why is not null).Select(d => d.Backup.Path)
                    .Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Only_whole_backups_of_the_same_site_count_and_go_and_all_is_said_before()
    {
        string[] shop = [.. Enumerable.Range(0, 5).Select(i => Archive("shop", s_now.AddDays(-i), asFolder: i % 2 == 1))];
        string blog = Archive("blog", s_now.AddDays(-400));
        string other = Archive("shop", s_now.AddDays(-500), system: "2");
        string damaged = Archive("shop", s_now.AddHours(-1));
        byte[] bytes = File.ReadAllBytes(damaged);
        bytes[bytes.AsSpan().IndexOf("CREATE"u8)] ^= 1;
        File.WriteAllBytes(damaged, bytes);
        string half = Archive("shop", s_now.AddDays(-600));
        File.WriteAllBytes(half, File.ReadAllBytes(half)[..2000]);
        string empty = Archive("shop", s_now.AddDays(-700), asFolder: true);
        File.Delete(Path.Combine(empty, "schema/pre-data.sql"));
        File.WriteAllText(Path.Combine(_files.Folder, "notes.txt"), "mine");
        string[] before = _files.Names;
        List<string> warnings = [];
        RemoveBackupOptions options = new() { BackupFile = [_files.Folder], KeepLast = 2, Verify = true };

        Assert.Equal("MissingOption", BackupFiles.Fails(
            () => _ = new RemoveBackup().Run(new() { BackupFile = [_files.Folder] }, new()).ToArray()));
        object[] plan = [.. new RemoveBackup().Run(options with { WhatIf = true }, new())];
        Assert.Equal(before, _files.Names);
        object[] done = [.. new RemoveBackup().Run(options, new() { Warning = warnings.Add })];

        Assert.Equal(plan[..^1], done[..^1]);
        Assert.Equal((true, 3L, 4), ((RemoveBackupResult)done[^1] is var sum ? (sum.Changed, sum.Count, sum.Kept) : default));
        Assert.Equal(before.Except(shop[2..].Select(Path.GetFileName)), _files.Names);
        Assert.Equal(new[] { blog, shop[0], shop[1], other }.Order(StringComparer.Ordinal), done.OfType<BackupDecision>()
            .Where(d => d.Kept).Select(d => d.Path).Order(StringComparer.Ordinal));
        Assert.Equal(3, warnings.Count);
    }

    [Fact]
    public void What_a_killed_backup_left_is_told_and_removed_where_no_backup_can_be_writing_it()
    {
        string whole = Archive("shop", s_now);
        string Hidden(string name, TimeSpan age)
        {
            string path = Path.Combine(_files.Folder, $".{name}.{Guid.NewGuid():N}");
            File.WriteAllText(path, "half");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
            return path;
        }
        string left = Hidden("site.tar", TimeSpan.FromDays(2));
        string locked = Hidden("site.tar.gpg", TimeSpan.FromDays(2));
        string recent = Hidden("site.tar", TimeSpan.FromHours(2));
        Hidden("site.tar", TimeSpan.Zero);
        Hidden("notes.txt", TimeSpan.FromDays(2));
        File.CreateSymbolicLink(Path.Combine(_files.Folder, $".link.tar.{Guid.NewGuid():N}"), whole);
        string folder = Path.Combine(_files.Folder, $".folder.{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddDays(-2));
        string[] before = _files.Names;
        List<string> warnings = [];
        OperationContext context = new() { Warning = warnings.Add };
        RemoveBackupOptions options = new() { BackupFile = [_files.Folder], KeepLast = 1 };
        void Told(params string[] paths)
        {
            Assert.Equal(paths.Order(StringComparer.Ordinal), warnings.Select(w => w.Split(" (")[0]).Order(StringComparer.Ordinal));
            warnings.Clear();
        }

        using (new FileStream(locked, FileMode.Open, FileAccess.Write, FileShare.None))
        {
            Assert.Equal([whole], new GetBackup().Run(new() { BackupFile = [_files.Folder] }, context).Select(b => b.Path));
            Told(left, recent, folder);
            object[] plan = [.. new RemoveBackup().Run(options with { WhatIf = true }, context)];
            Told(recent, folder);
            _ = new RemoveBackup().Run(options with { DatabaseName = ["shop"] }, context).Count();
            Told(left, recent, folder);
            Assert.Equal(before, _files.Names);
            object[] done = [.. new RemoveBackup().Run(options, context)];

            Assert.Equal(plan[..^1], done[..^1]);
            Assert.Equal([(whole, true), (left, false)], done.OfType<BackupDecision>().Select(d => (d.Path, d.Kept)));
            RemoveBackupResult sum = (RemoveBackupResult)done[^1];
            Assert.Equal((1L, 1, 1, "remove 0 backups and 1 unfinished file (0 MB) for good, and keep 1"),
                (sum.Count, sum.Unfinished, sum.Kept, sum.Describe()));
            Assert.Equal(before.Except([Path.GetFileName(left)]), _files.Names);
        }
        Assert.Equal([locked], new RemoveBackup().Run(options, new()).OfType<BackupDecision>().Where(d => !d.Kept).Select(d => d.Path));
    }

    [Fact]
    public void Another_name_of_a_backup_keeps_it_and_takes_no_place()
    {
        string[] shop = [.. Enumerable.Range(0, 3).Select(i => Archive("shop", s_now.AddDays(-i)))];
        File.CreateSymbolicLink(Path.Combine(_files.Folder, "0-latest.tar"), shop[0]);

        _ = new RemoveBackup().Run(new() { BackupFile = [_files.Folder], KeepLast = 2 }, new()).ToArray();

        Assert.Equal(["0-latest.tar", .. shop[..2].Select(Path.GetFileName).Order(StringComparer.Ordinal)!], _files.Names);
        Assert.True(File.Exists(shop[0]));
    }

    // Another way to the same: the newest of the newest periods.
    private static IEnumerable<string> Kept(SiteBackup[] all, RemoveBackupOptions options)
    {
        SiteBackup[] newest = [.. all.OrderByDescending(b => b.Created)];
        (int? Count, Func<SiteBackup, string> Period)[] rules =
        [
            (options.KeepLast, b => b.Path), (options.KeepDaily, b => $"{Time(b).Date:O}"),
            (options.KeepWeekly, b => $"{Time(b).Date.AddDays(-(((int)Time(b).DayOfWeek + 6) % 7)):O}"),
            (options.KeepMonthly, b => $"{Time(b).Year}-{Time(b).Month}"), (options.KeepYearly, b => $"{Time(b).Year}"),
        ];
        return rules.Where(r => r.Count is not null).SelectMany(r =>
        {
            SiteBackup[] first = [.. newest.GroupBy(r.Period).Select(g => g.First())];
            return first.Take(r.Count!.Value).Concat(first.Length < r.Count ? newest[^1..] : []);
        }).Select(b => b.Path).Distinct();
    }

    private static DateTime Time(SiteBackup backup) => backup.Created.ToLocalTime();

    private static SiteBackup Backup(string path, DateTime created) =>
        new("here", "shop", path, created, "15.0", 0, 0, null, 0, null, 0, null);

    private string Archive(string database, DateTime created, bool asFolder = false, string system = "1")
    {
        string path = _files.New();
        using FileStream? file = asFolder ? null : File.Create(path);
        using ArchiveWriter archive = new(asFolder ? new ArchiveFolder(path) : new ArchiveTar(file!));
        foreach (string section in new[] { "pre-data", "post-data" })
            archive.Add($"schema/{section}.sql", Encoding.UTF8.GetBytes("CREATE TABLE a (id int);"));
        archive.End(new BackupManifest(
            BackupManifest.FormatName, 1, created, "here", "15.0", new(database, "UTF8", "C", "C", "c", null),
            new Dictionary<string, string>(), [], [], [], [], [], archive.Members) { System = system }.ToJson());
        return path;
    }
}
