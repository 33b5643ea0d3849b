using System.Globalization;
using System.Text;
using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Rows;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>What a backup holds, and when none is written.</summary>
public sealed class BackupSiteTests(PostgresServer server) : IDisposable
{
    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact, Trait("Day", "2")]
    public async Task Money_that_moves_between_rows_is_in_each_backup_once()
    {
        using TestDatabase bank = server.Blank();
        bank.Execute("create table a (id int primary key, money int); create table b (like a including all); create table gone (like a including all); insert into a select g, 100 from generate_series(1, 500) g; insert into b select * from a");
        using CancellationTokenSource end = new();
        int moves = 0;
        Task writers = Task.WhenAll(Enumerable.Range(1, 2).Select(seed => Task.Run(() =>
        {
            Random random = new(seed);
            int Row() => random.Next(1, 501);
            while (!end.IsCancellationRequested)
            {
                bank.Execute(random.Next(20) > 0
                    ? $"with m as (update a set money = money - 1 where id = {Row()} returning 1) update b set money = money + (select count(*) from m) where id = {Row()}"
                    : $"with d as (delete from a where id = {Row()} returning *) insert into gone select * from d");
                Interlocked.Increment(ref moves);
            }
        })));
        try
        {
            for (int i = 0; i < Rounds.Of(2); i++)
            {
                int before = Volatile.Read(ref moves);
                string path = _files.Backup(bank, new() { Jobs = 2 });
                Assert.True(Volatile.Read(ref moves) > before, "nothing was written meanwhile");
                Assert.Equal(100_000, Money(path));
            }
        }
        finally
        {
            await end.CancelAsync();
            await writers;
        }
    }

    [Fact]
    public void Parts_of_a_table_have_each_row_once_whatever_was_deleted()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute("""
            create table ware (id int primary key, note text); insert into ware select g, repeat('x', g % 300) from generate_series(1, 9000) g;
            delete from ware where id between 3000 and 5000; update ware set note = note || 'y' where id % 3 = 0
            """);
        SourceTable table = Assert.Single(new SiteSource(shop.Session, CancellationToken.None).Tables());
        Assert.True(table.Pages > 100);
        foreach (long size in new[] { 1L, 8192, 100_000, table.Bytes / 3, table.Bytes * 2 })
        {
            RowDigest sum = new();
            TablePart[] parts = [.. TablePart.Of(0, table, size)];
            foreach (TablePart part in parts)
                foreach (string? row in shop.Column(part.Copy().ToString()
                    .Replace("copy (", "select r::text from (", StringComparison.Ordinal)
                    .Replace(") to stdout", ") r", StringComparison.Ordinal)))
                    sum.Add(Encoding.UTF8.GetBytes(row + "\n"));
            RowDigest all = new();
            foreach (string? row in shop.Column("select r::text from (select id, note from ware) r"))
                all.Add(Encoding.UTF8.GetBytes(row + "\n"));
            Assert.Equal((all.Rows, $"{all}"), (sum.Rows, $"{sum}"));
            Assert.Equal(Math.Clamp(table.Bytes / size, 1, table.Pages), parts.Length);
        }
    }

    [Fact]
    public void Excluded_rows_and_files_are_named_and_empty()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string media = _files.Media("media", ("a.txt", "one"), ("cache/b.txt", "two"), ("c.tmp", "three"));
        string path = _files.New();

        BackupResult result = Assert.Single(site.Run(new BackupSite(), new()
        {
            Path = path, ExcludeRows = ["django_session", "auth_group*"], Storage = [$"media={media}"],
            Exclude = ["cache/*", "*.tmp"], ExcludeDerived = true,
        }));

        Assert.Equal(1, result.Files);
        Assert.All(["django_session", "wagtailimages_rendition", "wagtailcore_referenceindex"],
            t => Assert.Contains(t, result.LeftOut!.Split(',')));
        Assert.Equal(result.LeftOut, new GetBackup().Run(new() { BackupFile = [_files.Folder] }, new()).Single().LeftOut);
        using TestDatabase target = server.Blank();
        // Who left rows out that others refer to hears of it.
        Assert.Equal("ViolatedForeignKeys", BackupFiles.Fails(() =>
            _files.Restore(target, path, new() { NoStorage = true })));
    }

    [Fact]
    public void What_cannot_be_whole_is_refused_before_a_file_is_made()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string there = _files.Backup(site);
        byte[] before = File.ReadAllBytes(there);

        Assert.Equal("FileExists", Fails(site, new() { Path = there }));
        Assert.Equal(before, File.ReadAllBytes(there));
        Assert.Equal("FolderNotFound", Fails(site, new() { Path = Path.Combine(_files.Folder, "none", "a.tar") }));
        Assert.Equal("FolderNotFound", Fails(site, new() { Path = _files.New(), Storage = ["media=/no/such/folder"] }));
        Assert.Equal("InvalidOption", Fails(site, new() { Path = _files.New(), Storage = ["/srv/media"] }));
        Assert.Equal("UnknownTable", Fails(site, new() { Path = _files.New(), ExcludeRows = ["no_such_table"] }));
        site.Execute("select lo_create(0)");
        Assert.Equal("LargeObjects", Fails(site, new() { Path = _files.New() }));
        using TestDatabase newer = server.Blank(18);
        Assert.Equal("PgDumpNotFound", Fails(newer, new() { Path = _files.New() }));
        Assert.Equal(["1.tar"], _files.Names);
    }

    [Theory]
    [InlineData("Reading rows")]
    [InlineData("Reading files")]
    public void Stopped_half_way_it_leaves_no_file(string activity)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string media = _files.Media("media", ("a.txt", "one"), ("b.txt", "two"));
        using CancellationTokenSource stop = new();
        OperationContext context = new() { Cancellation = stop.Token, Progress = new Stopper(activity, stop) };

        Assert.ThrowsAny<OperationCanceledException>(() => site.Run(
            new BackupSite(), new() { Path = _files.New(), Storage = [$"media={media}"] }, context));

        Assert.Equal(["media"], _files.Names);
    }

    private static int Money(string path)
    {
        using ArchiveReader archive = ArchiveReader.Open(path);
        return archive.Manifest.Tables.SelectMany(t => t.Parts.SelectMany(p => p))
            .SelectMany(m => Encoding.UTF8.GetString(archive.Unpack(m, 1 << 23)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Sum(row => int.Parse(row.Split('\t')[1], CultureInfo.InvariantCulture));
    }

    private static string Fails(TestDatabase site, BackupSiteOptions options) =>
        BackupFiles.Fails(() => site.Run(new BackupSite(), options));

    private sealed class Stopper(string activity, CancellationTokenSource stop) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value)
        {
            if (value.Activity.StartsWith(activity, StringComparison.Ordinal))
                stop.Cancel();
        }
    }
}
