using System.Security.Cryptography;
using System.Text;
using DataOps.Core.Features.Storages;
using DataOps.Core.Kernel;
using DataOps.Core.Tests.Features.Backups;
using AuditOfAll = DataOps.Core.Features.Audits.TestDatabase;

namespace DataOps.Core.Tests.Features.Storages;

/// <summary>Files, and the rows that name them.</summary>
public sealed class TestStorageTests(PostgresServer server) : IDisposable
{
    private static readonly DateTime s_old = DateTime.UtcNow.AddDays(-1);

    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Each_problem_of_files_and_rows_is_one_finding_with_what_helps()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("alter table news_articlepage add attachment varchar(100); update wagtailimages_image set file_hash = ''");
        string media = _files.Media("media");
        foreach (string? row in site.Column("""
            select table_name || '|' || id || '|' || file from (
              select 'wagtailimages_image' as table_name, id, file from wagtailimages_image
              union all select 'wagtailimages_rendition', id, file from wagtailimages_rendition
              union all select 'wagtaildocs_document', id, file from wagtaildocs_document) f
            """))
        {
            string[] parts = row!.Split('|');
            Write(media, parts[2], parts[2]);
            if (parts[0] != "wagtailimages_rendition")
                site.Execute($"update {parts[0]} set file_size = {parts[2].Length}, file_hash = '{Sha1(parts[2])}' where id = {parts[1]}");
        }
        TestStorageOptions options = new() { Storage = [$"media={media}"], Hash = true };
        Assert.Empty(site.Run(new TestStorage(), options));

        string[] images = [.. site.Column("select file from wagtailimages_image order by id")!];
        File.Delete(Path.Combine(media, images[0]));
        Write(media, images[1], "");
        Write(media, images[2], images[2] + "more");
        Write(media, "documents/tides-2026.pdf", "documents/TIDES-2026.pdf");
        File.Move(Path.Combine(media, images[3]), Path.Combine(media, images[3].ToUpperInvariant()
            .Replace("ORIGINAL_IMAGES", "original_images", StringComparison.Ordinal)));
        Write(media, "original_images/nobody.png", "x");
        Write(media, "original_images/nobody's.png", "x");
        Write(media, "CACHE/a/b.png", "x");
        Write(media, "CACHE/c.png", "x");
        Write(media, "papers/one.pdf", "x");
        Write(media, "images/young.png", "x", DateTime.UtcNow);
        site.Execute($"""
            update wagtailimages_image set file = '../secret' where id = 5; update wagtailimages_image set file = '{media}/./' || file where id = 6;
            update wagtailimages_image set file = (select file from wagtailimages_image where id = 8) where id = 7;
            update wagtailimages_image set file_size = null, file_hash = '' where id = 7;
            update wagtailimages_rendition set file = 'images/gone.jpg' where id = 1;
            update news_articlepage set attachment = 'papers/one.pdf'
            """);
        Finding[] found = [.. site.Run(new TestStorage(), options)];

        string Key(string query) => site.Column(query)[0]!;
        Assert.Equal(
        [
            (StorageProblem.UnknownField, Severity.Warning, null, "attachment"),
            (StorageProblem.MissingFile, Severity.Error, "1", "file"),
            (StorageProblem.MissingFile, Severity.Error, "1", "file"),
            (StorageProblem.DifferentName, Severity.Error, "4", "file"),
            (StorageProblem.OutsideStorage, Severity.Error, "5", "file"),
            (StorageProblem.EmptyFile, Severity.Error, "2", "file"),
            (StorageProblem.WrongSize, Severity.Warning, "3", "file_size"),
            (StorageProblem.WrongHash, Severity.Error, "1", "file_hash"),
            (StorageProblem.SharedFile, Severity.Warning, "8", "file"),
            (StorageProblem.FileWithoutRow, Severity.Warning, null, null),
            (StorageProblem.FileWithoutRow, Severity.Warning, null, null),
            (StorageProblem.FileWithoutRow, Severity.Warning, null, null),
            (StorageProblem.FileWithoutRow, Severity.Warning, null, null),
            (StorageProblem.FileWithoutRow, Severity.Warning, null, null),
            (StorageProblem.UnknownFile, Severity.Warning, null, null),
        ],
            found.Select(f => ((StorageProblem)f.Class!, f.Severity, f.Key, f.Column))
                .OrderBy(f => Array.IndexOf(s_order, f.Item1)));
        Finding rendition = Assert.Single(found, f => f is { Class: StorageProblem.MissingFile, Model: "wagtailimages.rendition" });
        Assert.Equal($"Remove-Row wagtailimages.rendition 1 -WhatIf", rendition.Remedy);
        Assert.Equal(Key("select title from wagtailimages_image where id = 1"),
            Assert.Single(found, f => f is { Class: StorageProblem.MissingFile, Model: "wagtailimages.image" }).Label);
        Assert.Contains($"rm -i -- '{media}/original_images/nobody.png'", found.Select(f => f.Remedy));
        // No quotes of sh and PowerShell hold that name.
        Assert.Null(Assert.Single(found, f => f.Value == "original_images/nobody's.png").Remedy);
        Assert.Equal((2L, "media/CACHE/"), found.Where(f => f.Class is StorageProblem.UnknownFile)
            .Select(f => (f.Count, f.Reference)).Single());
        // By name nothing is guessed; a person who says that it is a file field has its rows checked, too.
        site.Execute("update news_articlepage set attachment = 'papers/two.pdf' where page_ptr_id = (select max(page_ptr_id) from news_articlepage)");
        Assert.Equal(1, site.Run(new TestStorage(), options with { FileField = ["news.*.attachment"] })
            .Count(f => f is { Model: "news.articlepage", Class: StorageProblem.MissingFile }));
        Finding[] audit = [.. site.Run(new AuditOfAll(), new() { Storage = [$"media={media}"] }).Where(f => f.Audit == Audit.Storage)];
        Finding sum = Assert.Single(audit, f => f.Class is StorageProblem.FileWithoutRow);
        Assert.Equal((5L, null, null), (sum.Count, sum.Reference, sum.Remedy));
        // What another row names is no file of this row under another name.
        string shouted = Assert.Single(found, f => f.Class is StorageProblem.DifferentName).Expected!;
        site.Execute($"update wagtailimages_image set file = '{shouted}', file_size = null, file_hash = '' where id = 5");
        Assert.Equal((StorageProblem.MissingFile, null), site.Run(new TestStorage(), options)
            .Where(f => f is { Model: "wagtailimages.image", Key: "4" }).Select(f => ((StorageProblem)f.Class!, f.Remedy)).Single());
    }

    [Fact]
    public void Files_without_rows_and_rows_without_files_are_the_two_differences_whatever_their_names()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string[] parts = ["a", "A", "a-", "a.png", "b", "ä", "a\u0308", "😀", "\uE000x", "!", "~", "z", "Z", "0", "image 1.jpg"];
        Random random = new(DateTime.UtcNow.DayOfYear);
        for (int round = 0; round < Rounds.Of(3); round++)
        {
            string media = _files.Media($"media{round}");
            string Some() => "images/" + string.Join('/', random.GetItems(parts, random.Next(1, 4)));
            HashSet<string> files = [];
            HashSet<string> rows = [];
            for (int i = 0; i < 150; i++)
            {
                string path = Some();
                try
                {
                    if (random.Next(3) > 0)
                        Write(media, path, "x");
                    if (File.Exists(Path.Combine(media, path)))
                        files.Add(path);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // A folder has that name, or a file has that of its folder.
                }
                if (random.Next(3) > 0)
                    rows.Add(random.Next(4) == 0 && files.Count > 0 ? files.ElementAt(random.Next(files.Count)) : path);
            }
            site.Execute("truncate wagtailimages_rendition");
            site.Execute($"""
                insert into wagtailimages_rendition (file, width, height, focal_point_key, filter_spec, image_id)
                select v, 1, 1, '', md5(v), 1 from unnest(array[{string.Join(", ", rows.Select(r => $"'{r}'"))}]) v
                """);

            Finding[] found = [.. site.Run(new TestStorage(), new() { Storage = [$"media={media}"] })];

            string?[] Of(StorageProblem problem) => [.. found.Where(f => f.Class!.Equals(problem)
                && f.Model is null or "wagtailimages.rendition").Select(f => f.Value).Order(StringComparer.Ordinal)];
            Assert.Equal(rows.Except(files).Order(StringComparer.Ordinal),
                Of(StorageProblem.MissingFile).Concat(Of(StorageProblem.DifferentName)).Order(StringComparer.Ordinal));
            Assert.Equal(files.Except(rows).Except(found.Select(f => f.Expected)).Order(StringComparer.Ordinal),
                Of(StorageProblem.FileWithoutRow));
            Assert.Empty(Of(StorageProblem.UnknownFile));
        }
    }

    private static readonly StorageProblem[] s_order =
    [
        StorageProblem.UnknownField, StorageProblem.MissingFile, StorageProblem.DifferentName, StorageProblem.OutsideStorage,
        StorageProblem.EmptyFile, StorageProblem.WrongSize, StorageProblem.WrongHash, StorageProblem.SharedFile,
        StorageProblem.FileWithoutRow, StorageProblem.UnknownFile,
    ];

    private static void Write(string folder, string path, string content, DateTime? time = null)
    {
        string file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        File.SetLastWriteTimeUtc(file, time ?? s_old);
    }

#pragma warning disable CA5350 // Wagtail's.
    private static string Sha1(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
}
