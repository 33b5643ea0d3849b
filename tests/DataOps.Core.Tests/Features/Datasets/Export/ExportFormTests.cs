using System.Text.Json.Nodes;
using DataOps.Core.Django.Values;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Features.Datasets.Export;

/// <summary>
/// How an export's values are written: indented, with microseconds, as StreamFields; and what a fixture cannot hold.
/// </summary>
public sealed class ExportFormTests(PostgresServer server) : IDisposable
{
    // What Django's serializer does with json.dump.
    private const string Indented = """
        import json, sys
        indent = int(sys.argv[1])
        objects = [json.dumps(o, indent=indent, separators=(",", ": ") if indent else None, ensure_ascii=False) for o in json.load(sys.stdin)]
        sys.stdout.write(("[" + ",".join("\n" + o for o in objects) + "\n]\n") if indent else "[" + ", ".join(objects) + "]")
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-export-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Indentation_is_that_of_Python_to_the_byte(int indent)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            create table news_nested (id int primary key, data jsonb, typed json);
            insert into news_nested values (1, '{"a": [], "b": {}, "c": [1, [2, {"d": "x: [,]{} \" \\"}]], "e": null}', '{"a" :[ ], "b": { } ,"c":"ä"}'), (2, '[]', '[ [ ] ]'), (3, '"s"', '7');
            create table news_pair (a int, b text, primary key (a, b));
            insert into news_pair values (1, 'x');
            insert into django_content_type (app_label, model) values ('news', 'nested'), ('news', 'pair');
            """);
        ExportDatasetOptions options = new() { IncludeDerived = true, NaturalForeign = true, NaturalPrimary = true };
        string plain = File.ReadAllText(Export(site, options).Path);

        string expected = PythonScript.Run(Indented, plain, "json", indent.ToString((IFormatProvider?)null));

        Assert.Equal(expected, File.ReadAllText(Export(site, options with { Indent = indent }).Path));
        Assert.Contains("[]", expected);
    }

    [Fact]
    public void A_name_with_quotes_is_a_name_and_adds_no_fields()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            alter table auth_user add column "x"": 1, ""is_superuser"": true, ""y" int;
            update django_content_type set model = 'or"der' where model = 'group';
            alter table auth_group rename to "auth_or""der";
            """);

        JsonArray objects = JsonNode.Parse(File.ReadAllText(Export(site, new()).Path))!.AsArray();

        JsonObject user = objects.First(o => (string?)o!["model"] == "auth.user")!["fields"]!.AsObject();
        Assert.Contains("x\": 1, \"is_superuser\": true, \"y", user.Select(f => f.Key));
        Assert.Contains("auth.or\"der", objects.Select(o => (string?)o!["model"]));
    }

    [Fact]
    public void Nothing_to_write_is_an_empty_list_as_Django_writes_it()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(
            "create table news_none (id int primary key); insert into django_content_type (app_label, model) values " +
                "('news', 'none')");

        Assert.Equal("[]", File.ReadAllText(Export(site, new() { Model = ["news.none"] }).Path));
        Assert.Equal("[\n]\n", File.ReadAllText(Export(site, new() { Model = ["news.none"], Indent = 2 }).Path));
        Assert.Equal(
            "", File.ReadAllText(Export(site, new() { Model = ["news.none"], Format = DatasetFormat.Jsonl }).Path));
    }

    [Theory]
    [InlineData(DatasetFormat.Xml, null)]
    [InlineData(DatasetFormat.Yaml, null)]
    [InlineData(DatasetFormat.Jsonl, 2)]
    public void A_form_that_is_not_written_is_refused(DatasetFormat format, int? indent)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(
            () => Export(site, new() { Format = format, Indent = indent }));
        Assert.Equal(indent is null ? "UnknownFormat" : "InvalidIndent", failure.Id);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Microseconds_are_cut_and_counted_or_kept()
    {
        using TestDatabase site = WithEvents("at timestamptz, t time, n timestamp",
            "(1, '2024-05-06 07:08:09.123456+00', '01:02:03.000001', '2024-01-01 00:00:00.5'), (2, '2024-05-06 " +
                "07:08:09.123+00', null, '2024-01-01 00:00:00.000999')");

        ExportResult cut = Export(site, new() { Model = ["news.event"] });
        Assert.Equal("2024-05-06T07:08:09.123Z", Values(cut, "at")[0]);
        Assert.Equal("01:02:03.000", Values(cut, "t")[0]);
        Assert.Equal(
            (3L, "news.event.at: 1 time cut to milliseconds; news.event.t: 1 time cut to milliseconds; " +
                "news.event.n: 1 time cut to milliseconds"), (cut.Inexact, cut.InexactFields));

        ExportResult exact = Export(site, new() { Model = ["news.event"], Precision = TimePrecision.Microsecond });
        Assert.Equal(["2024-05-06T07:08:09.123456Z", "2024-05-06T07:08:09.123000Z"], Values(exact, "at"));
        Assert.Equal(["01:02:03.000001", null], Values(exact, "t"));
        Assert.Equal((0L, null), (exact.Inexact, exact.InexactFields));
    }

    [Fact]
    public void What_a_fixture_cannot_hold_is_counted_and_named()
    {
        using TestDatabase site = WithEvents(
            "at timestamptz, day date, t time, span interval, data jsonb, list int[], days daterange, moments " +
                "timestamptz[]", """
            (1, 'infinity', '0044-03-15 BC', '24:00', '1 month', 'null', '[0:1]={1,2}', '[infinity,)', '{infinity,2024-01-01 00:00:00.000001+00}'),
            (2, '10000-01-01', '10000-01-01', '12:00', '25 hours', '"[{\"type\": \"p\", \"value\": 1}]"', '{1,2}', '[2024-01-01,)', '{2024-01-01 00:00:00.1+00}'),
            (3, '9999-12-31 23:59:59.999+00', '0001-01-01', '23:59:59', '-1 day', '"[1]"', '[-1:-1]={7}', 'empty', null),
            (4, '0001-01-01 00:00:00+00', '9999-12-31', '00:00', '-1 second', null, null, null, null)
            """);

        ExportResult result = Export(site, new() { Model = ["news.event"] });

        Assert.Equal(
            "news.event.at: 2 times that Python cannot read; news.event.day: 2 times that Python cannot read; " +
                "news.event.t: 1 time that Python cannot read; "
            + "news.event.span: 3 intervals counted in days; news.event.data: 1 JSON null, 1 JSON string that reads " +
            "as StreamField blocks; "
            + "news.event.list: 2 arrays that do not start at 1; news.event.days: 1 time that Python cannot read; " +
            "news.event.moments: 1 time that Python cannot read",
            result.InexactFields);
        Assert.Equal(14, result.Inexact);
    }

    [Fact]
    public void The_user_says_which_fields_are_StreamFields_where_their_values_do_not()
    {
        using TestDatabase site =
            WithEvents("a jsonb, b jsonb",
                """(1, '[{"type": "p", "value": 1}]', '{"x": 1}'), (2, '[]', '[{"type": "p", "value": 1}]')""");
        Assert.Equal(("string", "object"), Kinds(Export(site, new() { Model = ["news.event"] })));

        ExportResult told = Export(
            site, new() { Model = ["news.event"], JsonField = ["news.event.A"], StreamField = ["*.b"] });

        Assert.Equal(("array", "string"), Kinds(told));
        Assert.Equal("""{"x": 1}""", Values(told, "b")[0]);
        Assert.Equal("news.event.b: 1 text without StreamField blocks", told.InexactFields);
        Assert.Equal("UnknownField",
            Assert.ThrowsAny<DataOpsException>(() => Export(site, new() { StreamField = ["news.event.no_such"] })).Id);
        Assert.Equal("UnknownField",
            Assert.ThrowsAny<DataOpsException>(() =>
                Export(site, new() { JsonField = ["news.articlepage.page_ptr"] })).Id);
        Assert.Equal("FieldInBoth",
            Assert.ThrowsAny<DataOpsException>(
                () => Export(site, new() { JsonField = ["news.event.a"], StreamField = ["news.event.*"] })).Id);
    }

    [Fact]
    public void A_value_without_blocks_in_a_StreamField_stays_the_JSON_that_it_is()
    {
        string blocks = string.Join(
            ", ", Enumerable.Range(1, 100).Select(i => $$"""({{i}}, '[{"type": "p", "value": 1}]')"""));
        using TestDatabase site =
            WithEvents("body jsonb",
                blocks + """, (101, '[1, 2]'), (102, '{"a": "b"}'), (103, '[{"type": "p", "value": 1}, 5]')""");

        ExportResult result = Export(site, new() { Model = ["news.event"] });

        JsonArray objects = JsonNode.Parse(File.ReadAllText(result.Path))!.AsArray();
        Assert.Equal("""[{"type": "p", "value": 1}]""", (string?)objects[0]!["fields"]!["body"]);
        Assert.Equal(["[1,2]", """{"a":"b"}""", """[{"type":"p","value":1},5]"""],
            objects.Skip(100).Select(o => o!["fields"]!["body"]!.ToJsonString()));
        Assert.Equal(0, result.Inexact);
    }

    private TestDatabase WithEvents(string columns, string rows)
    {
        TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(
            $"create table news_event (id int primary key, {columns}); insert into news_event values {rows}; insert " +
                $"into django_content_type (app_label, model) values ('news', 'event')");
        return site;
    }

    private ExportResult Export(TestDatabase site, ExportDatasetOptions options) =>
        Assert.Single(
            site.Run(new ExportDataset(), options with { Path = Path.Join(_folder, "out.json"), Force = true }));

    private static List<string?> Values(ExportResult result, string field) =>
        [.. JsonNode.Parse(File.ReadAllText(result.Path))!.AsArray().Select(o => (string?)o!["fields"]![field])];

    private static (string A, string B) Kinds(ExportResult result)
    {
        JsonNode fields = JsonNode.Parse(File.ReadAllText(result.Path))![0]!["fields"]!;
        return (fields["a"]!.GetValueKind().ToString().ToLowerInvariant(),
            fields["b"]!.GetValueKind().ToString().ToLowerInvariant());
    }
}
