using System.IO.Compression;
using System.Text;
using DataOps.Core.Django.Values;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>
/// Files of every format and compression come in as the same rows; bad values in them are named with their lines, and
/// nothing is written.
/// </summary>
public sealed class ImportFormatTests : IDisposable
{
    private const string Blocks = """[{\"type\": \"p\", \"value\": 1}]""";

    private readonly ImportFiles _files = new();
    private readonly TestDatabase _site;

    public ImportFormatTests(PostgresServer server)
    {
        _site = server.CopyOf(Site.Sample);
        _site.Execute(
            "create table news_event (id int primary key, small smallint, name varchar(10), data jsonb, at " +
                "timestamptz, flag boolean); insert into django_content_type (app_label, model) values ('news', " +
                "'event')");
    }

    public void Dispose()
    {
        _files.Dispose();
        _site.Dispose();
    }

    [Theory]
    [InlineData("xml",
        "<django-objects>\n<object model=\"news.event\" pk=\"7\"><field name=\"small\" type=\"X\">5</field><field " +
        "name=\"flag\" type=\"X\">True</field></object></django-objects>")]
    [InlineData("yaml", "- {model: news.event, pk: 7, fields: {small: 5, flag: yes}}")]
    [InlineData("yml", "- {model: news.event, pk: 7, fields: {small: '5', flag: on}}")]
    [InlineData("JSON", "[{\"model\": \"news.event\", \"pk\": 7, \"fields\": {\"small\": 5, \"flag\": true}}]")]
    [InlineData("unknown", "[{\"model\": \"news.event\", \"pk\": 7, \"fields\": {\"small\": 5, \"flag\": true}}]")]
    [InlineData("unknown",
        " \n<django-objects><object model=\"news.event\" pk=\"7\"><field name=\"small\">5</field><field " +
        "name=\"flag\">1</field></object></django-objects>")]
    public void The_ending_or_the_content_tells_the_format(string ending, string text)
    {
        // Before an XML declaration there may be no blank; without one there may.
        Import(Write("file." + ending, Encoding.UTF8.GetBytes(text)));

        Assert.Equal("(7,5,,,,t)", _site.Scalar<string>("select e::text from news_event e"));
    }

    [Fact]
    public void The_model_says_what_is_a_reference_and_not_what_xml_calls_its_field()
    {
        _site.Execute("alter table news_event add column owner_id int references auth_user");
        string name = _site.Scalar<string>("select username from auth_user order by id limit 1");

        Import(Write("file.xml", Encoding.UTF8.GetBytes($"""
            <django-objects><object model="news.event" pk="7">
            <field name="owner" type="CharField">
              <natural>{name}</natural>
            </field><field name="name" rel="ManyToOneRel"> <natural>a</natural><natural>b</natural></field>
            </object></django-objects>
            """)));

        Assert.Equal($"{name} ab",
            _site.Scalar<string>("select concat(username, ' ', name) from news_event e join auth_user u on u.id = owner_id"));
    }

    [Fact]
    public void Compressed_files_bring_the_same_rows_whatever_their_name()
    {
        byte[] yaml = "- {model: news.event, pk: 7, fields: {small: 5}}"u8.ToArray();
        byte[] gzip = Gzip(yaml);
        byte[] zip = Zip("inside.yaml", yaml);

        foreach ((string name, byte[] bytes, DatasetFormat? format) in ((string, byte[], DatasetFormat?)[])[
            ("a.yaml.gz", gzip, null), ("b.zip", zip, null), ("c.txt", gzip, DatasetFormat.Yaml),
            ("d.yaml", gzip, null), ("e.yaml.zip", Zip("noname", yaml), DatasetFormat.Yaml)])
        {
            _site.Execute("truncate news_event");
            Assert.Equal(1, Import(Write(name, bytes), new() { Format = format }).Inserted);
        }
        Assert.Equal("UnknownFormat", Refused(Write("f.txt", gzip)).Id);
    }

    [Fact]
    public void A_compressed_file_that_ends_at_a_line_is_refused_and_so_is_what_follows_one()
    {
        string[] lines =
            [.. Enumerable.Range(1, 2000)
                .Select(i =>
                    $$$$"""{"model": "news.event", "pk": {{{{i}}}}, "fields": {"name": "{{{{Random.Shared.Next(1_000_000)}}}}"}}""")];
        byte[] first = Gzip(Encoding.UTF8.GetBytes(string.Join("\n", lines[..1000]) + "\n"));
        byte[] second = Gzip(Encoding.UTF8.GetBytes(string.Join("\n", lines[1000..])));

        foreach (byte[] bytes in (byte[][])[first[..^1], first[..^8], first[..^9], [.. first, .. second[..^8]],
            [.. first, 0], [.. first, .. "{}"u8]])
            Assert.Equal("DamagedFile", Refused(Write("cut.jsonl.gz", bytes)).Id);
        Assert.Equal(0L, _site.Scalar<long>("select count(*) from news_event"));
        Assert.Equal(2000, Import(Write("two.jsonl.gz", [.. first, .. second])).Inserted);
    }

    [Theory]
    [InlineData("two.zip", "has 2 members")]
    [InlineData("none.zip", "has 0 members")]
    public void A_zip_file_has_exactly_one_member(string name, string what)
    {
        using MemoryStream memory = new();
        using (ZipArchive archive = new(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; name == "two.zip" && i < 2; i++)
                archive.CreateEntry($"{i}.json");
        }
        DataOpsException failure = Refused(Write(name, memory.ToArray()));

        Assert.Equal("DamagedFile", failure.Id);
        Assert.Contains(what, failure.Message);
    }

    [Fact]
    public void Bad_values_are_named_with_their_lines_in_every_format()
    {
        string[] messages =
        [
            Refused(Write("a.json",
                Encoding.UTF8.GetBytes(
                    "[{\"model\": \"news.event\", \"pk\": 7, \"fields\": {\n\"small\": 99999,\n\"name\": " +
                        "\"a\\u0000b\",\n\"data\": {\"a\": [\"\\u0000\"]},\n\"at\": \"yesterday\"}}]"))).Message,
            Refused(Write("a.yaml",
                Encoding.UTF8.GetBytes(
                    "- model: news.event\n  pk: 7\n  fields:\n    small: 99999\n    name: \"a\\0b\"\n    data: {a: " +
                        "[\"\\0\"]}\n    at: yesterday\n"))).Message,
            Refused(Write("a.xml",
                Encoding.UTF8.GetBytes(
                    "<django-objects><object model=\"news.event\" pk=\"7\">\n<field name=\"small\" " +
                        "type=\"X\">99999</field>\n<field name=\"name\" type=\"X\">more than ten</field>\n<field " +
                        "name=\"data\" type=\"JSONField\">{\"a\":\n [\"\\u0000\"]}</field>\n<field name=\"at\" " +
                        "type=\"X\">yesterday</field></object></django-objects>"))).Message,
        ];

        for (int i = 0; i < messages.Length; i++)
        {
            int[] lines = i switch { 0 => [2, 3, 4, 5], 1 => [4, 5, 6, 7], _ => [2, 3, 4, 6] };
            Assert.Matches($@"line {lines[0]} +news\.event +7 +small +.*out of range for smallint", messages[i]);
            Assert.Matches(
                $@"line {lines[1]} +news\.event +7 +name +.*(holds a NUL character|longer than 10 characters)",
                messages[i]);
            Assert.Matches($@"line {lines[2]} +news\.event +7 +data +.*holds a NUL character", messages[i]);
            Assert.Matches($@"line {lines[3]} +news\.event +7 +at +.*not a date and time", messages[i]);
        }
        Assert.Equal(0L, _site.Scalar<long>("select count(*) from news_event"));
    }

    [Theory]
    [InlineData("", "array", "string")]
    [InlineData("stream", "array", "object")]
    [InlineData("json", "string", "string")]
    public void The_user_says_whether_texts_in_JSON_fields_are_JSON(string told, string ofBlocks, string ofObject)
    {
        string path = _files.Json($$$"""
            [{"model": "news.event", "pk": 1, "fields": {"data": "{{{Blocks}}}"}}, {"model": "news.event", "pk": 2, "fields": {"data": "{\"a\": 1}"}},
            {"model": "news.event", "pk": 3, "fields": {"data": ["x"]}}]
            """);

        Import(path,
            new() { StreamField = told == "stream" ? ["News.Event.data"] : [],
                JsonField = told == "json" ? ["news.*.data"] : [] });

        Assert.Equal(
            [ofBlocks, ofObject, "array"], _site.Column("select jsonb_typeof(data) from news_event order by id"));
    }

    [Fact]
    public void A_text_that_is_no_JSON_cannot_be_a_StreamField()
    {
        string path = _files.Json("""[{"model": "news.event", "pk": 1, "fields": {"data": "hello"}}]""");

        Assert.Matches("line 1 +news.event +1 +data +\"hello\": not the JSON text of a StreamField",
            Refused(path, new() { StreamField = ["news.event.data"] }).Message);
        Assert.Equal("UnknownField", Refused(path, new() { StreamField = ["news.event.name"] }).Id);
    }

    [Theory]
    [InlineData("https://example.org/site.json", "NotAFile")]
    [InlineData("s3://bucket/site.json.gz", "NotAFile")]
    [InlineData(" ", "MissingOption")]
    public void What_is_no_path_is_refused(string path, string id) => Assert.Equal(id, Refused(path).Id);

    [Fact]
    public void What_an_export_counts_as_exact_comes_back_exactly()
    {
        _site.Execute("""
            insert into news_event values (1, 1, 'a', '"[{\"type\": \"p\", \"value\": 1}]"', '2024-01-02 03:04:05.123456+00', null),
                (2, null, null, '[{"type": "p", "value": 1}]', 'infinity', true), (3, null, '', '{"a": [1.50, 1e400]}', '0044-03-15 00:00:00+00 BC', null), (4, null, null, '[1, 2]', null, null)
            """);
        IReadOnlyDictionary<string, string> before = _site.Digest();
        string path = _files.Path("events.jsonl");
        ExportResult export =
            Assert.Single(
                _site.Run(new ExportDataset(),
                    new() { Path = path, Model = ["news.event"], Precision = TimePrecision.Microsecond,
                        JsonField = ["news.event.data"] }));
        Assert.Equal(
            "news.event.data: 1 JSON string that reads as StreamField blocks; news.event.at: 2 times that Python " +
                "cannot read", export.InexactFields);

        _site.Execute("truncate news_event");
        Import(path, new() { JsonField = ["news.event.data"] });

        Assert.Equal(before, _site.Digest());
    }

    private ImportResult Import(string path, ImportDatasetOptions? options = null) =>
        Assert.Single(_site.Run(new ImportDataset(), (options ?? new()) with { Path = path, NoUndo = true })
            .OfType<ImportResult>());

    private DataOpsException Refused(string path, ImportDatasetOptions? options = null) =>
        Assert.ThrowsAny<DataOpsException>(() => Import(path, options));

    private string Write(string name, byte[] bytes)
    {
        string path = _files.Path(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream memory = new();
        using (GZipStream gzip = new(memory, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return memory.ToArray();
    }

    private static byte[] Zip(string name, byte[] bytes)
    {
        using MemoryStream memory = new();
        using (ZipArchive archive = new(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream member = archive.CreateEntry(name).Open();
            member.Write(bytes);
        }
        return memory.ToArray();
    }
}
