using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DataOps.Core.Definitions;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Files;

/// <summary>
/// Files of every format and compression, corrupted at random: read or refused in a line, never with another exception,
/// never at the cost of much memory; loaded or undone as a whole or not at all.
/// </summary>
public sealed class CorruptedFileTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    // What a file of some kilobytes may allocate while it is read, decoders' windows included.
    private const long MostMemory = 200_000_000;

    private const string Compressors = """
        import bz2, lzma, sys
        for path in sys.argv[1:]:
            data = open(path, "rb").read()
            open(path + ".bz2", "wb").write(bz2.compress(data))
            open(path + ".xz", "wb").write(lzma.compress(data))
        """;

    private static readonly string[] s_snippets =
    [
        "\0", "\"", "\\", "{", "[", "}", "]", ",", ":", "\\ud800", "\u00ff", "1e999999", "-", "null", "<", ">", "&x;",
        "]]>", "<!--", "- ", "? ", "*a", "&a ", "!!python/object:x ", "\t", "\r", "\n\n", "' or 1=1 --", "$$", "9999999999",
    ];

    private readonly ImportFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact, Trait("Day", "1")]
    public void A_dataset_is_read_or_refused_with_a_line()
    {
        Random random = Seeded();
        (string Name, byte[] Bytes)[] whole = [.. Datasets()];
        int read = 0;
        int rounds = Rounds.Of(250);
        for (int round = 0; round < rounds; round++)
        {
            (string name, byte[] bytes) = whole[round % whole.Length];
            string path = Write($"c{round}-{name}", Corrupt(random, bytes));
            long before = GC.GetAllocatedBytesForCurrentThread();
            if (Refusal(() => ReadAll(path), $"round {round}, {name}") is null)
                read++;
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostMemory, $"round {round}, {name}: {allocated} bytes");
            File.Delete(path);
        }
        output.WriteLine($"{read} of {rounds} could be read");
        Assert.InRange(read, 1, rounds - 1);
    }

    [Fact]
    public void A_definition_is_read_or_refused()
    {
        Random random = Seeded();
        byte[] whole = Encoding.UTF8.GetBytes("""
            {"datasets": {"news": {"arguments": ["section"], "specs": [
              {"model": "news.articlepage", "filter": {"slug__startswith": {"argument": "section"}, "id__in": [1, 2, 3]},
               "exclude": {"title": null}, "deleteMissing": true, "related": ["tags"]},
              {"model": "auth.group", "filter": {"or": [{"name": "x"}, {"id__gt": 5}]}}]}}}
            """);
        for (int round = 0; round < Rounds.Of(130); round++)
        {
            string text = Encoding.UTF8.GetString(Corrupt(random, whole));
            Refusal(() => DatasetDefinition.Read(text), $"round {round}: {text}");
            Refusal(() => SiteDescription.Read("{" + text), $"round {round}: {text}");
        }
    }

    [Fact, Trait("Day", "2")]
    public void A_dataset_is_loaded_as_a_whole_or_not_at_all()
    {
        Random random = Seeded();
        (string Name, byte[] Bytes)[] whole = [.. Datasets()];
        using TestDatabase site = server.CopyOf(Site.SampleEmpty);
        IReadOnlyDictionary<string, string> before = site.Digest();
        for (int round = 0; round < Rounds.Of(8); round++)
        {
            (string name, byte[] bytes) = whole[random.Next(whole.Length)];
            string path = Write($"l{round}-{name}", Corrupt(random, bytes));
            string undo = _files.Path($"l{round}.undo.gz");
            DataOpsException? refusal = Refusal(
                () => site.Run(new ImportDataset(), new() { Path = path, UndoPath = undo }), $"round {round}, {name}");
            if (refusal is null && File.Exists(undo))
                ChangeFiles.Undo(site, undo);
            Assert.Equal(before, site.Digest());
        }
    }

    [Fact]
    public void A_change_is_undone_as_a_whole_or_not_at_all()
    {
        Random random = Seeded();
        using TestDatabase site = server.CopyOf(Site.Sample);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string undo = _files.Path("change.undo.gz");
        site.Run(new ImportDataset(), new()
        {
            Path = _files.Json("""
                [{"model": "auth.group", "pk": 1, "fields": {"name": "Renamed"}},
                 {"model": "auth.group", "pk": 801, "fields": {"name": "One\ttab", "permissions": [1, 2]}},
                 {"model": "auth.group", "pk": 802, "fields": {"name": "\\. two"}}]
                """),
            UndoPath = undo,
            TrustContentTypes = true,
        });
        IReadOnlyDictionary<string, string> after = site.Digest();
        string text = ChangeFiles.Text(undo);
        for (int round = 0; round < Rounds.Of(8); round++)
        {
            byte[] bytes = round % 2 == 0 ? Corrupt(random, File.ReadAllBytes(undo)) : Resealed(random, text);
            string path = Write($"u{round}.undo.gz", bytes);
            string again = _files.Path($"u{round}.again.gz");
            if (Refusal(() => ChangeFiles.Undo(site, path, undoPath: again), $"round {round}") is null
                && File.Exists(again))
            {
                Assert.Equal(before, site.Digest());
                ChangeFiles.Undo(site, again);
            }
            Assert.Equal(after, site.Digest());
        }
    }

    private Random Seeded()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("DATAOPS_SEED"), out int given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"DATAOPS_SEED={seed}");
        return new Random(seed);
    }

    // The refusal, with a message that a terminal can show; null where there was none.
    private static DataOpsException? Refusal(Action action, string round)
    {
        try
        {
            action();
            return null;
        }
        catch (DataOpsException e)
        {
            Assert.True(e.Message.Length < 3000, $"{round}: {e.Message.Length} characters: {e.Message[..Math.Min(300, e.Message.Length)]}");
            return e;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{round}: {e.GetType()} {e.Message}", e);
        }
    }

    private static void ReadAll(string path)
    {
        using FixtureReader reader = FixtureReader.Open(FixtureFile.Of(path, null), CancellationToken.None);
        while (reader.Read())
        {
        }
    }

    private string Write(string name, byte[] bytes)
    {
        string path = _files.Path(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    // A small site in each format, plain and in each compression.
    private IEnumerable<(string Name, byte[] Bytes)> Datasets()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string source = _files.Path("source.json");
        site.Run(new ExportDataset(), new()
        {
            Path = source, Model = ["auth.group", "auth.user", "news", "taggit", "contenttypes", "auth.permission"],
        });
        byte[] json = File.ReadAllBytes(source);
        List<JsonObject> objects = FixtureObjects.Of(DatasetFormat.Json, json);
        foreach (string ending in (string[])["json", "jsonl", "xml", "yaml"])
        {
            string path = Write($"whole.{ending}", ending switch
            {
                "json" => json,
                "jsonl" => [.. objects.SelectMany(o => Encoding.UTF8.GetBytes(o.ToJsonString() + "\n"))],
                "xml" => Encoding.UTF8.GetBytes(Xml(objects).ToString()),
                _ => Encoding.UTF8.GetBytes(string.Concat(objects.Select(Yaml))),
            });
            PythonScript.Run(Compressors, "", "bz2, lzma", path);
            byte[] bytes = File.ReadAllBytes(path);
            yield return ($"x.{ending}", bytes);
            yield return ($"x.{ending}.gz", Gzip(bytes));
            yield return ($"x.{ending}.zip", Zip(bytes, $"x.{ending}"));
            foreach (string compression in (string[])["bz2", "xz"])
                yield return ($"x.{ending}.{compression}", File.ReadAllBytes($"{path}.{compression}"));
        }
    }

    private static XElement Xml(IEnumerable<JsonObject> objects) => new("django-objects", new XAttribute("version", "1.0"),
        objects.Select(o => new XElement("object",
            new XAttribute("model", o["model"]!.GetValue<string>()), new XAttribute("pk", o["pk"]!.ToString()),
            o["fields"]!.AsObject().Where(f => f.Value is not JsonArray).Select(f => new XElement("field",
                new XAttribute("name", f.Key), f.Value is null ? new XElement("None") : f.Value.ToString())))));

    private static string Yaml(JsonObject item) =>
        $"- model: {item["model"]}\n  pk: {item["pk"]!.ToJsonString()}\n  fields:\n"
            + string.Concat(item["fields"]!.AsObject().Select(
                f => $"    {f.Key}: {f.Value?.ToJsonString() ?? "null"}\n"));

    // A corrupted undo file whose checksum fits, as by who edits one.
    private static byte[] Resealed(Random random, string text)
    {
        int footer = text.TrimEnd('\n').LastIndexOf('\n') + 1;
        byte[] body = Corrupt(random, Encoding.UTF8.GetBytes(text[..footer]));
        string seal = Regex.Replace(
            text[footer..], "[0-9A-F]{64}", Convert.ToHexString(SHA256.HashData(body)), RegexOptions.None);
        return Gzip([.. body, .. Encoding.UTF8.GetBytes(seal)]);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream memory = new();
        using (GZipStream gzip = new(memory, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return memory.ToArray();
    }

    private static byte[] Zip(byte[] bytes, string name)
    {
        using MemoryStream memory = new();
        using (ZipArchive zip = new(memory, ZipArchiveMode.Create, leaveOpen: true))
        using (Stream entry = zip.CreateEntry(name).Open())
            entry.Write(bytes);
        return memory.ToArray();
    }

    private static byte[] Corrupt(Random random, byte[] whole)
    {
        List<byte> bytes = [.. whole];
        for (int i = random.Next(1, 4); i > 0 && bytes.Count > 1; i--)
        {
            int at = random.Next(bytes.Count);
            int length = random.Next(1, Math.Min(bytes.Count - at, random.Next(2) == 0 ? 8 : 400) + 1);
            switch (random.Next(7))
            {
                case 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 4:
                    byte[] noise = new byte[length];
                    random.NextBytes(noise);
                    bytes.InsertRange(at, noise);
                    break;
                case 5:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_snippets[random.Next(s_snippets.Length)]));
                    break;
                default:
                    bytes.AddRange(bytes.GetRange(at, length));
                    break;
            }
        }
        return [.. bytes];
    }
}
