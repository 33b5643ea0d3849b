using DataOps.Core.Features.Backups;
using DataOps.Core.Kernel;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>
/// Archives of every format as a bad disk or network leaves them: refused, or restored to the same rows and files, and
/// nothing else is written.
/// </summary>
public sealed class DamagedArchiveTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    // pg_restore has read damaged archives for ever.
    private static readonly TimeSpan s_hangs = TimeSpan.FromMinutes(2);

    private readonly BackupFiles _files = new();
    private readonly TestDatabase _shop = server.Django("contenttypes.contenttype shop.kind shop.ware", """
        create table shop_kind (id int primary key, name varchar(90) not null unique);
        create table shop_ware (id int primary key, kind_id int not null references shop_kind, note text);
        insert into shop_kind select g, md5(g::text) from generate_series(1, 9) g;
        insert into shop_ware select g, 1 + g % 9, repeat(md5(g::text), g % 5) from generate_series(1, 99) g
        """);

    public void Dispose()
    {
        _shop.Dispose();
        _files.Dispose();
    }

    // What pg_dump writes has checksums only where it is compressed, and none of the schema: what was changed there
    // cannot be told as long as it is SQL that a schema has.
    [Theory]
    [InlineData("tar", 30, true, Traits = ["Day", "1"])]
    [InlineData("folder", 15, true, Traits = ["Day", "0"])]
    [InlineData("plain", 60, false, Traits = ["Day", "2"])]
    [InlineData("plain, gzip", 60, true)]
    [InlineData("custom", 6, false, Traits = ["Day", "1"])]
    [InlineData("directory", 6, false, Traits = ["Day", "2"])]
    [InlineData("pg_dump's tar", 6, false, Traits = ["Day", "0"])]
    [InlineData("Diskette", 15, true, Traits = ["Day", "2"])]
    public void One_that_is_damaged_anywhere_is_refused_or_restores_the_same(
        string format, int everyday, bool hasChecksums)
    {
        string media = _files.Media("media", ("a.txt", "one"), ("b/c.txt", "two"));
        string whole = Archive(format, media);
        bool hasFiles = format is "tar" or "folder" or "Diskette";
        string[] files = Directory.Exists(whole) ? Directory.GetFiles(whole, "*", SearchOption.AllDirectories) : [whole];
        string[] before = _files.Names;
        int seed = Random.Shared.Next();
        Random random = new(seed);
        SortedDictionary<string, int> outcomes = [];
        int rounds = Rounds.Of(everyday);
        // A restore takes longer than all of a test: in an everyday run one is enough.
        int restores = rounds > everyday ? rounds : 1;
        if (restores > 1)
            Assert.Equal("same", Restored(whole, hasFiles));
        for (int round = 0; round < rounds; round++)
        {
            string file = files[random.Next(files.Length)];
            byte[] content = File.ReadAllBytes(file);
            bool isGone = files.Length > 1 && random.Next(5) == 0;
            if (isGone)
                File.Delete(file);
            else
                File.WriteAllBytes(file, BackupFiles.Damaged(content, random));
            string outcome = Read(whole) ?? (restores-- > 0 ? Restored(whole, hasFiles) : "read");
            File.WriteAllBytes(file, content);
            Assert.True(outcome != "other" || !hasChecksums, $"seed {seed}, round {round}: {file}");
            Assert.Equal(before, _files.Names);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }
        output.WriteLine($"{format}: {string.Join(", ", outcomes.Select(o => $"{o.Value} {o.Key}"))}");
        int refused = outcomes.Where(o => o.Key is not ("read" or "same" or "other")).Sum(o => o.Value);
        Assert.True(refused >= rounds / 4, $"{refused} of {rounds} refused");
    }

    private string Archive(string format, string media) => format switch
    {
        "tar" => _files.Backup(_shop, new() { Storage = [$"media={media}"] }),
        "folder" => _files.Backup(_shop, new() { Storage = [$"media={media}"], AsFolder = true }),
        "Diskette" => _files.Backup(
            _shop, new() { Storage = [$"media={media}"], ArchiveFormat = BackupFormat.Diskette }),
        "plain" => _files.Dump(_shop, "-Fp"),
        "plain, gzip" => _files.Packed(_files.Dump(_shop, "-Fp")),
        "custom" => _files.Dump(_shop, "-Fc"),
        "directory" => _files.Dump(_shop, "-Fd"),
        _ => _files.Dump(_shop, "-Ft"),
    };

    // Null where nothing is wrong; any failure without advice is the test's.
    private static string? Read(string path)
    {
        try
        {
            using CancellationTokenSource hangs = new(s_hangs);
            _ = new TestBackup().Run(new() { BackupFile = [path] }, new() { Cancellation = hangs.Token }).Single();
            return null;
        }
        catch (DataOpsException e)
        {
            return $"{e.Id} when tested";
        }
    }

    private string Restored(string path, bool hasFiles)
    {
        string name = $"{_shop.Name}_damaged";
        string media = Path.Combine(_files.Folder, "restored");
        RestoreSiteOptions options = new()
        {
            Path = path, NewDatabase = name, Storage = hasFiles ? [$"media={media}"] : [],
        };
        try
        {
            using CancellationTokenSource hangs = new(s_hangs);
            _shop.Run(new RestoreSite(), options, new() { Cancellation = hangs.Token });
        }
        catch (DataOpsException e)
        {
            Assert.Empty(_shop.Column($"select datname from pg_database where starts_with(datname, '{_shop.Name}_')"));
            return $"{e.Id} when restored";
        }
        using TestDatabase restored = _shop.Other(name);
        bool isSame = Same(_shop.Digest(), restored.Digest());
        if (!hasFiles)
            return isSame ? "same" : "other";
        isSame &= Same(BackupFiles.Content(Path.Combine(_files.Folder, "media")), BackupFiles.Content(media));
        Directory.Delete(media, recursive: true);
        return isSame ? "same" : "other";
    }

    private static bool Same(
        IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(p => other.GetValueOrDefault(p.Key) == p.Value);
}
