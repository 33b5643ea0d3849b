using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Rows;
using DataOps.Core.Kernel;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>Archives that somebody made to do harm.</summary>
public sealed class HostileArchiveTests(PostgresServer server) : IDisposable
{
    private readonly BackupFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("../evil.txt", TarEntryType.RegularFile, "leads out")]
    [InlineData("/etc/passwd", TarEntryType.RegularFile, "empty")]
    [InlineData("storages/media/../../../evil", TarEntryType.RegularFile, "leads out")]
    [InlineData("storages/media/a\\b", TarEntryType.RegularFile, "backslash")]
    [InlineData("storages/media/c:evil", TarEntryType.RegularFile, "colon")]
    [InlineData("storages/media/con.txt", TarEntryType.RegularFile, "device")]
    [InlineData("storages/media/a.", TarEntryType.RegularFile, "dot or a space")]
    [InlineData("storages/media/link", TarEntryType.SymbolicLink, "no plain file")]
    [InlineData("storages/media/link", TarEntryType.HardLink, "no plain file")]
    [InlineData("storages/media/pipe", TarEntryType.Fifo, "no plain file")]
    [InlineData("storages/media/disk", TarEntryType.BlockDevice, "no plain file")]
    [InlineData("storages/media/folder", TarEntryType.Directory, "no plain file")]
    [InlineData("schema/PRE-DATA.sql", TarEntryType.RegularFile, "differs from another name in case")]
    [InlineData("data/more", TarEntryType.RegularFile, "does not name")]
    public void A_member_that_no_backup_has_is_refused_before_anything_is_read(
        string name, TarEntryType type, string why)
    {
        string path = Archive((TarWriter tar) => BackupFiles.AddHostile(tar, name, type));

        DataOpsException refused = Assert.Throws<DataOpsException>(() => ArchiveReader.Open(path));

        Assert.Equal("InvalidBackup", refused.Id);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drop table auth_user", "drop")]
    [InlineData("COPY a TO PROGRAM 'rm -rf ~'", "COPY")]
    [InlineData("DO $$ begin end $$", "DO")]
    [InlineData("SELECT pg_read_file('/etc/passwd')", "SELECT")]
    [InlineData("\\! rm -rf ~", "command")]
    [InlineData("COMMENT ON DATABASE production IS 'DataOps Restore-Site: production is shop as it was before a restore.'", "COMMENT")]
    [InlineData("SECURITY LABEL ON ROLE app IS 'x'", "SECURITY")]
    [InlineData("SET standard_conforming_strings = off", "change what follows")]
    public void A_statement_that_no_schema_has_is_never_run(string statement, string why)
    {
        string path = Archive(schema: $"CREATE TABLE a (id int);\n{statement};\n");

        DataOpsException refused = Assert.Throws<DataOpsException>(() => Read(path));

        Assert.True(refused.Id is "InvalidBackup" or "InvalidSqlScript", refused.Id);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_grows_beyond_all_bounds_is_refused_before_it_does()
    {
        byte[] bomb = BackupFiles.Pack(new byte[RowExport.MemberSize + 1]);
        string path = Archive(rows: bomb);

        Assert.Equal("InvalidBackup", BackupFiles.Fails(() => Read(path)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("a\0b")]
    [InlineData("..")]
    [InlineData("/")]
    [InlineData(null)]
    public void A_text_of_the_manifest_that_nothing_is_called_is_refused_or_does_no_harm(string? value)
    {
        value ??= new string('x', 100_000);
        using TestDatabase target = server.Blank();
        const string schema = """
            CREATE TABLE public.a (id int);
            CREATE TABLE public.b (id int);
            CREATE SEQUENCE public.s;
            CREATE MATERIALIZED VIEW public.v AS SELECT a.id FROM public.a WITH NO DATA;
            """;
        static BackupManifest All(BackupManifest manifest) => manifest with
        {
            Database = manifest.Database with { Locale = "C" },
            Django = new Dictionary<string, string> { ["news"] = "0001_initial" },
            Tables = [manifest.Tables[0], manifest.Tables[0] with { Name = "b", Condition = "true" }],
            Sequences = [new("public", "s", 1, true)],
            NotValid = ["a.b"],
            LeftOut = ["c"],
            Views = [new("public", "v")],
            Storages = [new("media", "/srv/media", 1, 9)],
            System = "1",
        };
        string[] places = [];
        Archive(schema: schema, more: All, change: m => places = [.. Texts(m)]);
        HashSet<string> restored = [.. Random.Shared.GetItems(places, Rounds.Of(6))];
        foreach (string place in places)
        {
            string path = Archive(schema: schema, more: All, change: m => Find(m, place)!.ReplaceWith(value));
            string name = $"hostile_{Guid.NewGuid():N}";
            Exception? failure = Record.Exception(() =>
            {
                _ = Read(path);
                if (restored.Contains(place))
                    _ = target.Run(new RestoreSite(), new()
                    {
                        Path = path, NewDatabase = name, Storage = [$"media={Path.Join(_files.Folder, name)}"],
                    });
            });
            Assert.True(failure is null or DataOpsException, $"{place}: {failure}");
            bool isName = Regex.IsMatch(place, @"\.(name|schema|encoding|columns\[0\])$");
            if (value.Length == 0 || value.Contains('\0') || place == "$.storages[0].name")
                Assert.True(!isName || failure is DataOpsException { Id: ErrorIds.InvalidBackup }, $"{place}: {failure}");
            target.Execute($"drop database if exists {name} with (force)");
        }
        Assert.True(places.Length > 35);
    }

    private static IEnumerable<string> Texts(JsonNode node) => node switch
    {
        JsonObject o => o.SelectMany(m => m.Value is null ? [] : Texts(m.Value)),
        JsonArray a => a.SelectMany(i => Texts(i!)),
        _ when node.GetValueKind() == JsonValueKind.String => [node.GetPath()],
        _ => [],
    };

    private static JsonNode? Find(JsonNode node, string place) => node.GetPath() == place ? node : node switch
    {
        JsonObject o => o.Select(m => m.Value is null ? null : Find(m.Value, place)).FirstOrDefault(n => n is not null),
        JsonArray a => a.Select(i => Find(i!, place)).FirstOrDefault(n => n is not null),
        _ => null,
    };

    private static BackupTest Read(string path) => new TestBackup().Run(new() { BackupFile = [path] }, new()).Single();

    // A small backup with a table and its row, and something added.
    private string Archive(
        Action<TarWriter>? added = null, string schema = "CREATE TABLE public.a (id int);", byte[]? rows = null,
        Func<BackupManifest, BackupManifest>? more = null, Action<JsonObject>? change = null)
    {
        string path = _files.New();
        using FileStream file = File.Create(path);
        using (ArchiveWriter archive = new(new ArchiveTar(file)))
        {
            archive.Add("schema/pre-data.sql", Encoding.UTF8.GetBytes(schema));
            archive.Add("schema/post-data.sql", Array.Empty<byte>());
            archive.Add("data/0.zst", rows ?? BackupFiles.Pack("1\n"u8));
            if (more is not null)
                archive.Add("storages/media/quay.jpg", Encoding.UTF8.GetBytes("a picture"));
            RowDigest digest = new();
            digest.Add("1\n"u8);
            BackupManifest manifest = new(
                BackupManifest.FormatName, 1, DateTime.UtcNow, "here", "15.0", new("a", "UTF8", "C", "C", "c", null),
                new Dictionary<string, string>(),
                [new("public", "a", ["id"], 1, digest.ToString(), null, [["data/0.zst"]])], [], [], [], [],
                archive.Members);
            JsonObject json = JsonNode.Parse((more?.Invoke(manifest) ?? manifest).ToJson())!.AsObject();
            change?.Invoke(json);
            archive.End(JsonSerializer.SerializeToUtf8Bytes(json));
        }
        if (added is null)
            return path;
        // After what is there, and before the end: a tar ends with two empty blocks.
        file.Position -= 1024;
        using TarWriter tar = new(file);
        added(tar);
        return path;
    }
}
