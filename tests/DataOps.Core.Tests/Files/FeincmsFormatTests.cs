using System.Text.Json;
using System.Text.Json.Nodes;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Files;

/// <summary>
/// feincms3-data's files as text: what is written, what is read, and what is refused before anything is changed.
/// </summary>
[Trait("Day", "2")]
public sealed class FeincmsFormatTests : IDisposable
{
    private readonly ImportFiles _files = new();
    private readonly TestDatabase _site;

    public FeincmsFormatTests(PostgresServer server) => _site = server.CopyOf(Site.Polls);

    public void Dispose()
    {
        _site.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void What_is_written_is_what_the_real_dump_writes_but_for_its_specs()
    {
        string real = File.ReadAllText(Repository.SharedData("feincms3-data/f3-polls-all.json"));
        string file = _files.Path("all.json");
        _site.Run(new ExportDataset(),
            new() { Path = file, Model = ["polls"], Format = DatasetFormat.Feincms, DeleteMissing = true });
        string own = File.ReadAllText(file);

        Assert.Matches(
            """^\{"version": 1, "specs": \[\{"model": "polls.topic", "delete_missing": true\}, \{"model": "polls.question", "delete_missing": true\}, """
            + """\{"model": "polls.choice", "delete_missing": true\}\], "snapshot": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "objects": \[\{""",
            own);
        // The order of an object's fields is that of the columns; the database does not know that of the model's class.
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(real)!["objects"], JsonNode.Parse(own)!["objects"]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    [InlineData(0)]
    public void What_is_written_comes_back_and_deletes_what_was_added_since(int? indent)
    {
        string file = _files.Path("all.json.gz");
        _site.Run(new ExportDataset(),
            new() { Path = file, Model = ["polls"], Format = DatasetFormat.Feincms, DeleteMissing = true,
                Indent = indent });
        IReadOnlyDictionary<string, string> before = _site.Digest();
        _site.Execute("""
            insert into polls_topic (id, name) values (50, 'new'); insert into polls_question (id, question_text, slug, pub_date) values (50, 'new', 'new', now());
            insert into polls_question_topics (question_id, topic_id) values (50, 50); insert into polls_choice (id, choice_text, votes, question_id) values (50, 'new', 1, 50)
            """);
        Assert.Equal(4, Load(file).Deleted);
        Assert.Equal(before, _site.Digest());
        Assert.False(Load(file).Changed);
    }

    [Fact]
    public void The_specs_of_a_definition_make_the_file_that_the_real_dump_makes()
    {
        string file = _files.Path("two.json");
        _site.Run(new ExportDataset(), new()
        {
            Path = file, Format = DatasetFormat.Feincms, Argument = ["2", "3"], Dataset = "questions",
            Definition = """
                {"datasets": {"questions": {"parameters": [{"name": "ids", "type": "integer[]"}], "specs": [
                {"model": "polls.topic"}, {"model": "polls.question", "filter": {"pk__in": {"parameter": "ids"}}, "deleteMissing": true, "ignoreMissingM2m": ["topics"]},
                {"model": "polls.choice", "filter": {"question__in": {"parameter": "ids"}}, "deleteMissing": true}]}}}
                """,
        });
        JsonNode real = JsonNode.Parse(File.ReadAllText(Repository.SharedData("feincms3-data/f3-polls-2-3.json")))!;
        JsonNode own = JsonNode.Parse(File.ReadAllText(file))!;
        Assert.True(own.AsObject().Remove("snapshot"));
        Assert.True(JsonNode.DeepEquals(real, own), File.ReadAllText(file));
    }

    [Fact]
    public void A_map_of_a_definition_is_in_the_file_and_names_look_ups_of_the_filter()
    {
        string Export(string map)
        {
            string file = _files.Path("map.json");
            _site.Run(new ExportDataset(), new()
            {
                Path = file, Format = DatasetFormat.Feincms, Dataset = "copies", Force = true, Definition = $$$$"""
                    {"datasets": {"copies": {"specs": [
                    {"model": "polls.question", "filter": {"pk__in": [2]}, "saveAsNew": true},
                    {"model": "polls.choice", "filter": {"question__in": [2]}, "saveAsNew": true,
                      "deleteMissing": {"map": [["{{{{map}}}}", "polls.Question"]]}}]}}}
                    """,
            });
            return File.ReadAllText(file);
        }

        Assert.Contains("\"delete_missing\": {\"map\": [[\"question__in\", \"polls.question\"]]}", Export("question__in"));
        Assert.Equal("InvalidDefinition", Assert.Throws<DataOpsException>(() => Export("pk__in")).Id);
    }

    [Fact]
    public void A_file_without_a_row_is_still_one()
    {
        _site.Execute("delete from polls_choice");
        string file = _files.Path("none.json");
        _site.Run(new ExportDataset(), new() { Path = file, Model = ["polls.choice"], Format = DatasetFormat.Feincms });
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal(0, document.RootElement.GetProperty("objects").GetArrayLength());
        Assert.Equal(0, Load(file).Objects);
    }

    [Fact]
    public void Options_that_the_format_cannot_keep_are_refused()
    {
        Assert.Equal("ContradictingOptions",
            Assert.Throws<DataOpsException>(
                () => _site.Run(new ExportDataset(), new() { Path = _files.Path("a.json"), DeleteMissing = true })).Id);
        Assert.Equal(
            "ContradictingOptions",
            Assert.Throws<DataOpsException>(() =>
                _site.Run(new ExportDataset(),
                new() { Path = _files.Path("a.json"), Format = DatasetFormat.Feincms, NaturalForeign = true })).Id);
    }

    [Fact]
    public void Orders_that_the_format_has_no_place_for_are_named()
    {
        string definition = _files.Path("orders.json");
        File.WriteAllText(definition, """
            {"datasets": {"all": {"specs": [{"model": "polls.choice", "deleteMissing": true}, {"model": "polls.question", "forceInsert": true}]}}}
            """);
        List<string> warnings = [];
        void Export(string file, DatasetFormat? format) => _site.Run(
            new ExportDataset(),
            new() { Path = _files.Path(file), Definition = definition, Dataset = "all", Format = format },
            new OperationContext { Warning = warnings.Add });

        Export("orders.feincms.json", DatasetFormat.Feincms);
        Assert.Empty(warnings);
        Export("orders.django.json", null);
        Assert.Contains("(deleteMissing, forceInsert)", Assert.Single(warnings));
    }

    [Theory]
    [InlineData("""{"objects": [OBJECT], "version": 1, "specs": [SPEC]}""")]
    [InlineData("""{"specs": [SPEC], "made": {"by": ["hand"]}, "at": 1.5e3, "is": null, "objects": [OBJECT], "by": "x", "version": 1}""")]
    [InlineData("\n{\n\t\"version\"\n:\n1,\"objects\":[\nOBJECT\n]\n,\"specs\":[SPEC]}\n\n")]
    public void The_members_come_in_any_order_with_others_between_them(string text)
    {
        string file =
            _files.Json(text.Replace("SPEC", """{"model": "Polls.Topic", "filter": null}""", StringComparison.Ordinal)
                .Replace("OBJECT", Topic(40), StringComparison.Ordinal));
        Assert.Equal(1, Load(file).Inserted);
    }

    [Theory]
    [InlineData("""{"version": 2, "specs": [], "objects": []}""", "UnsupportedVersion", "version is 2")]
    [InlineData("""{"objects": [OBJECT], "specs": [{"model": "polls.topic"}], "version": 2}""", "UnsupportedVersion",
        "version is 2")]
    [InlineData("""{"version": "1", "specs": [], "objects": []}""", "InvalidJson", "the version was expected")]
    [InlineData("""{"version": 1, "specs": []}""", "InvalidJson", "no \"objects\"")]
    [InlineData("""{"version": 1, "objects": [OBJECT]}""", "InvalidJson", "no \"specs\"")]
    [InlineData("""{"specs": [], "objects": []}""", "InvalidJson", "no \"version\"")]
    [InlineData("""{"version": 1, "version": 1, "specs": [], "objects": []}""", "InvalidJson", "twice")]
    [InlineData("""{"version": 1, "specs": [], "objects": []} x""", "InvalidJson", "something follows")]
    [InlineData("""{"version": 1 "specs": [], "objects": []}""", "InvalidJson", "a comma")]
    [InlineData("""{"version": 1, "specs": {}, "objects": []}""", "InvalidJson", "the list of specs")]
    [InlineData("""{"version": 1, "specs": [], "objects": {}}""", "InvalidJson", "the list of objects")]
    [InlineData("""{"version": 1, "specs": [], "snapshot": "yesterday", "objects": []}""", "InvalidJson",
        "the snapshot is no time")]
    [InlineData("""{"version": 1, "specs": [1], "objects": []}""", "InvalidSpec", "a spec is an object")]
    [InlineData("""{"version": 1, "specs": [{"filter": {}}], "objects": []}""", "InvalidSpec", "\"model\"")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic", "mappers": 1}], "objects": []}""", "InvalidSpec",
        "no \"mappers\"")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.none"}], "objects": []}""", "InvalidSpec",
        "polls.none is not in the database")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic", "ignore_missing_m2m": ["x"]}], "objects": []}""",
        "InvalidSpec", "no many-to-many list")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic", "defer_values": ["x"]}], "objects": []}""",
        "InvalidSpec", "no field")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.question"}], "objects": [OBJECT]}""", "InvalidSpec",
        "polls.topic, for which it has no spec")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic", "save_as_new": true}, {"model": "polls.topic"}], "objects": [OBJECT]}""", "InvalidSpec", "contradict")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic", "delete_missing": true, "filter": {"none": 1}}], "objects": [OBJECT]}""", "UnknownField", "none")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic", "delete_missing": true, "filter": {"name__near": 1}}], "objects": [OBJECT]}""", "UnknownLookup", "near")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic", "delete_missing": true, "filter": {"pk__in": ["1); drop table x"]}}], "objects": [OBJECT]}""", "InvalidValue", "drop table")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic", "delete_missing": true, "filter": {"sql": "true"}}], "objects": [OBJECT]}""", "UnknownField", "sql")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.choice", "delete_missing": {"map": [["question__in", "polls.question"]]}, "filter": {"pk": 1}}], "objects": []}""", "InvalidSpec", "not in its filter")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic"}, {"model": "polls.choice", "delete_missing": {"map": [["question__in", "polls.question"]]}, "filter": {"question__in": [1]}}], "objects": [OBJECT]}""", "InvalidSpec", "needs a copy of polls.question 1")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic", "save_as_new": true}], "objects": [OBJECT, OBJECT]}""", "DuplicateKey", "in line 1 already")]
    [InlineData("""{"version": 1, "specs": [{"model": "polls.topic", "force_insert": true}], "objects": [{"model": "polls.topic", "pk": 1, "fields": {"name": "bread"}}]}""", "AlreadyThere", "polls.topic")]
    public void What_is_wrong_is_named_and_nothing_is_changed(string text, string id, string what)
    {
        IReadOnlyDictionary<string, string> before = _site.Digest();
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(
            () => Load(_files.Json(text.Replace("OBJECT", Topic(40), StringComparison.Ordinal))));
        Assert.Equal(id, failure.Id);
        Assert.Contains(what, failure.Message);
        Assert.Equal(before, _site.Digest());
    }

    [Fact]
    public void Entries_without_a_target_leave_a_list_only_where_its_spec_says_so()
    {
        static string Text(string spec) => $$$"""
            {"version": 1, "specs": [{"model": "polls.question"{{{spec}}}}], "objects": [
            {"model": "polls.question", "pk": 2, "fields": {"question_text": "?", "slug": "q-2", "pub_date": "2024-01-03T00:00:00Z", "follow_up": 1, "topics": [1, 77, 3]}}]}
            """;
        Assert.Equal("MissingReferences", Assert.ThrowsAny<DataOpsException>(() => Load(_files.Json(Text("")))).Id);
        Load(_files.Json(Text(", \"ignore_missing_m2m\": [\"topics\"]")));
        Assert.Equal(
            ["1", "3"], _site.Column("select topic_id from polls_question_topics where question_id = 2 order by 1"));
    }

    [Fact]
    public void Deferred_values_may_be_exchanged_and_taken_from_what_is_deleted()
    {
        string file = _files.Json("""
            {"version": 1, "specs": [{"model": "polls.topic", "defer_values": ["name"], "delete_missing": true}], "objects": [
            {"model": "polls.topic", "pk": 1, "fields": {"name": "politics"}}, {"model": "polls.topic", "pk": 2, "fields": {"name": "bread"}}, {"model": "polls.topic", "pk": 9, "fields": {"name": "music"}}]}
            """);
        ImportResult result = Load(file);
        Assert.Equal((1, 2), (result.Inserted, result.Updated));
        Assert.Equal(["politics", "bread", "music"], _site.Column("select name from polls_topic order by id"));
    }

    private static string Topic(int key) =>
        $$$"""{"model": "polls.topic", "pk": {{{key}}}, "fields": {"name": "topic {{{key}}}"}}""";

    private ImportResult Load(string path) =>
        _site.Run(new ImportDataset(), new() { Path = path, NoUndo = true }).OfType<ImportResult>().Single();
}
