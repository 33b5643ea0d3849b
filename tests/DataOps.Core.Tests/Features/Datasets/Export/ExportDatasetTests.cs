using System.IO.Compression;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataOps.Core.Features.Datasets.Export;

namespace DataOps.Core.Tests.Features.Datasets.Export;

public sealed class ExportDatasetTests(PostgresServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-export-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_export_equals_what_dumpdata_wrote_object_by_object()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        Dictionary<string, JsonNode> expected = Objects(Repository.SharedData("bakery.dumpdata.json.gz"));

        ExportResult result = Export(site, "site.json", new() { IncludeDerived = true });
        Dictionary<string, JsonNode> actual = Objects(result.Path);
        Assert.Equal(1209, result.Count);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(
            expected.Where(e => !JsonNode.DeepEquals(Sorted(e.Value), Sorted(actual[e.Key]))).Select(e => e.Key));
    }

    [Theory, MemberData(nameof(PostgresServer.Versions), MemberType = typeof(PostgresServer))]
    public void Every_format_holds_every_row_of_every_model(int major)
    {
        using TestDatabase site = server.CopyOf(Site.Sample, major);

        Dictionary<string, JsonNode> json = Objects(Export(site, "site.json", new() { IncludeDerived = true }).Path);
        Assert.Equal(site.Scalar<long>("select count(*) from wagtailcore_page"),
            json.Keys.Count(k => k.StartsWith("wagtailcore.page ", StringComparison.Ordinal)));
        foreach (Dictionary<string, JsonNode> other in new[]
        {
            Objects(Export(site, "site.jsonl", new() { IncludeDerived = true }).Path),
            Objects(Export(site, "site.jsonl.gz", new() { IncludeDerived = true }).Path),
            Objects(Export(site, "indented.json", new() { IncludeDerived = true, Indent = 2 }).Path),
        })
        {
            Assert.Equal(json.Keys, other.Keys);
            Assert.All(json, o => Assert.True(JsonNode.DeepEquals(o.Value, other[o.Key]), o.Key));
        }
    }

    [Fact]
    public void A_missing_target_stops_no_dump_and_is_counted_and_named()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        List<string> warnings = [];

        ExportResult result =
            Assert.Single(
                site.Run(new ExportDataset(), new() { Path = Path.Join(_folder, "site.json"), IncludeDerived = true },
                    new() { Warning = warnings.Add }));
        Assert.Equal(Oracle.Required(site), result.MissingReferences);
        Assert.Contains("news.articleauthor person_id -> people_person: 2", result.Missing);
        Assert.Matches("news_articleauthor +2 +person_id +-> people_person 4", Assert.Single(warnings));
        Assert.Contains("news.articlepage 9", Objects(result.Path).Keys);
    }

    [Fact]
    public void Derived_models_are_left_out_unless_asked_for()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        Assert.DoesNotContain(Objects(Export(site, "a.json", new()).Path).Keys,
            k => k.StartsWith("wagtailcore.referenceindex", StringComparison.Ordinal));
        Assert.NotEmpty(Objects(Export(site, "b.json", new() { Model = ["wagtailcore.referenceindex"] }).Path));
        Assert.All(Objects(
            Export(site, "c.json", new() { Model = ["news", "people.*"], Exclude = ["news.articlepage"] }).Path).Keys,
                k => Assert.Matches("^(news|people)\\.(?!articlepage )", k));
    }

    [Fact]
    public void What_cannot_be_written_is_said_before_anything_is()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string there = Path.Join(_folder, "there.json");
        File.WriteAllText(there, "mine");

        Assert.Equal("FileExists", Assert.ThrowsAny<DataOpsException>(() => Export(site, "there.json", new())).Id);
        Assert.Equal("UnknownFormat", Assert.ThrowsAny<DataOpsException>(() => Export(site, "site.sql", new())).Id);
        Assert.Equal(
            "FolderNotFound", Assert.ThrowsAny<DataOpsException>(() => Export(site, "no/such.json", new())).Id);
        Assert.Equal("UnknownModel",
            Assert.ThrowsAny<DataOpsException>(() => Export(site, "a.json", new() { Model = ["blog.no_such"] })).Id);
        Assert.Equal("mine", File.ReadAllText(there));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_dump_that_fails_half_way_leaves_the_old_file_and_no_half_one()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string there = Path.Join(_folder, "there.json");
        File.WriteAllText(there, "mine");
        using CancellationTokenSource stop = new();
        OperationContext context = new() { Cancellation = stop.Token, Progress = new Stop(stop) };

        Assert.ThrowsAny<OperationCanceledException>(
            () => site.Run(new ExportDataset(), new() { Path = there, Force = true }, context));
        Assert.Equal("mine", File.ReadAllText(there));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_file_of_rows_is_its_owners_alone_and_one_that_is_replaced_keeps_its_mode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are Unix's.");
        using TestDatabase site = server.CopyOf(Site.Sample);
        string path = Path.Join(_folder, "new.json");
        Export(site, "new.json", new());
        UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(own, File.GetUnixFileMode(path));
        File.SetUnixFileMode(path, own | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);

        Export(site, "new.json", new() { Force = true });

        Assert.Equal(own | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));
    }

    private ExportResult Export(TestDatabase site, string file, ExportDatasetOptions options) =>
        Assert.Single(site.Run(new ExportDataset(), options with { Path = Path.Join(_folder, file) }));

    private static Dictionary<string, JsonNode> Objects(string path)
    {
        using Stream file = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress)
            : File.OpenRead(path);
        using StreamReader reader = new(file);
        string text = reader.ReadToEnd();
        IEnumerable<JsonNode> objects = path.Contains(".jsonl", StringComparison.Ordinal)
            ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)
            : JsonNode.Parse(text)!.AsArray().Select(o => o!);
        return objects.ToDictionary(
            o => $"{o["model"]} {o["pk"]!.ToJsonString()}".Replace("\"", ""), o => o["fields"]!);
    }

    // Django writes a many-to-many list in no order.
    private static JsonObject Sorted(JsonNode fields) =>
        new(fields.AsObject().Select(f => KeyValuePair.Create(f.Key, f.Value switch
    {
        JsonArray list when list.All(i => i?.GetValueKind() == JsonValueKind.Number) =>
            new JsonArray([.. list.Select(i => i!.GetValue<long>()).Order().Select(i => (JsonNode?)i)]),
        JsonNode other => other.DeepClone(),
        null => null,
    })));

    private sealed class Stop(CancellationTokenSource source) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value)
        {
            if (value.Activity.Contains("wagtailcore.page", StringComparison.Ordinal))
                source.Cancel();
        }
    }
}
