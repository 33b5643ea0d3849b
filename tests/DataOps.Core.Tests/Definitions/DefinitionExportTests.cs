using System.Text.Json.Nodes;
using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Export;

namespace DataOps.Core.Tests.Definitions;

/// <summary>Datasets by definition, exported.</summary>
public sealed class DefinitionExportTests(PostgresServer server) : IDisposable
{
    private const string Polls = """
        {
          "$schema": "dataset.schema.json",
          "datasets": {
            "questions": {
              "parameters": [{ "name": "ids", "type": "integer[]" }],
              "specs": [
                { "model": "polls.topic", "filter": { "name__startswith": "b" } },
                { "model": "polls.question", "filter": { "pk__in": { "parameter": "ids" } }, "exclude": ["slug"], "deleteMissing": true },
                { "model": "polls.choice", "filter": { "question__in": { "parameter": "ids" } } }
              ]
            },
            "owned": { "parameters": [{ "name": "ids", "type": "integer[]" }], "specs": { "model": "polls.question", "children": true, "filter": { "pk__in": { "parameter": "ids" } } } },
            "twice": { "specs": [{ "model": "polls.question", "filter": { "pk": 2 } }, { "app": "polls" }] },
            "sql": {
              "parameters": [{ "name": "least", "type": "integer", "default": 3 }, { "name": "text", "default": "" }],
              "specs": [{ "model": "polls.choice", "filter": { "sql": "votes >= :least and choice_text <> :text", "values": { "least": { "parameter": "least" }, "text": { "parameter": "text" } } } }]
            }
          }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-definitions-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_are_those_of_the_filters_in_the_order_of_the_specs()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);

        Assert.Equal(Keys(site, "polls_topic", "name like 'b%'", "polls.topic").Concat(
            Keys(site, "polls_question", "id in (2, 3)", "polls.question")).Concat(
                Keys(site, "polls_choice", "question_id in (2, 3)", "polls.choice")),
                    Export(site, "questions", "2", "3"));
    }

    [Fact]
    public void A_field_that_is_excluded_is_not_in_the_file()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);

        JsonNode question = Objects(site, "questions", "ids=2").Single(o => (string?)o["model"] == "polls.question");
        Assert.DoesNotContain("slug", question["fields"]!.AsObject().Select(f => f.Key));
        Assert.Contains("topics", question["fields"]!.AsObject().Select(f => f.Key));
    }

    [Fact]
    public void What_belongs_to_a_row_goes_with_it()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);

        Assert.Equal(Keys(site, "polls_question", "id = 3", "polls.question").Concat(
            Keys(site, "polls_choice", "question_id = 3", "polls.choice")), Export(site, "owned", "3"));
    }

    [Fact]
    public void A_row_of_two_specs_is_written_once()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);

        string[] keys = Export(site, "twice");
        Assert.Equal("polls.question 2", keys[0]);
        Assert.Equal(keys.Distinct(), keys);
        Assert.Equal(
            site.Scalar<long>(
                "select (select count(*) from polls_question) + (select count(*) from polls_choice) + (select " +
                    "count(*) from polls_topic)"), keys.Length);
    }

    [Fact]
    public void A_condition_in_sql_gets_its_values_as_parameters()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);

        Assert.Equal(Keys(site, "polls_choice", "votes >= 3", "polls.choice"), Export(site, "sql"));
        Assert.Equal(Keys(site, "polls_choice", "votes >= 5", "polls.choice"),
            Export(site, "sql", "5", "'; drop table polls_choice; --"));
    }

    [Theory]
    [InlineData(Site.Bakery)]
    [InlineData(Site.SampleDamaged)]
    public void Pages_with_what_belongs_to_them_are_the_rows_that_a_walk_over_the_keys_finds(Site kind)
    {
        using TestDatabase site = server.CopyOf(kind);
        int depth = 4;
        string[] keys =
            Export(site,
                """{"datasets": {"pages": {"specs": [{"model": "wagtailcore.page", "children": true, "filter": {"depth__gte": 4}}]}}}""", "pages", []);

        string[] halves =
            [.. site.Column(
                "select conrelid::regclass::text from pg_constraint where confrelid = 'wagtailcore_page'::regclass " +
                    "and contype = 'f' and array_length(conkey, 1) = 1 and conkey = (select conkey from " +
                    "pg_constraint p where p.conrelid = pg_constraint.conrelid and p.contype = 'p')").OfType<string>()];
        long expected = halves.Where(
            h => h.EndsWith("page", StringComparison.Ordinal) && !h.StartsWith("wagtailcore", StringComparison.Ordinal))
            .Sum(h =>
                site.Scalar<long>(
                $"select count(*) from {h} h join wagtailcore_page p on p.id = h.page_ptr_id where p.depth >= {depth}"));
        Assert.NotEqual(0, expected);
        Assert.Equal(expected,
            keys.Count(k => halves.Contains(k.Split(' ')[0].Replace('.', '_'))
                && k.Contains("page ", StringComparison.Ordinal)
                && !k.StartsWith("wagtailcore", StringComparison.Ordinal)));
        Assert.Equal(Keys(site, "wagtailcore_page", $"depth >= {depth}", "wagtailcore.page"),
            keys.Where(k => k.StartsWith("wagtailcore.page ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Missing_references_are_counted_in_the_chosen_rows_alone()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);
        site.Execute(
            "set session_replication_role = replica; update polls_choice set question_id = 77 where id in (select " +
                "id from polls_choice order by id limit 2)");
        string Definition(string filter) =>
            """{"datasets": {"d": {"specs": [{"model": "polls.choice", "filter": FILTER}]}}}""".Replace(
                "FILTER", filter);

        Assert.Equal(2, Run(site, Definition("""{"question": 77}"""), "d", []).MissingReferences);
        Assert.Equal(0, Run(site, Definition("""{"question__lt": 77}"""), "d", []).MissingReferences);
    }

    [Fact]
    public void A_target_without_a_key_hides_no_missing_one()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);
        site.Execute("""
            alter table polls_topic add code int unique; alter table polls_choice add topic_code int references polls_topic (code);
            set session_replication_role = replica; update polls_choice set topic_code = 77 where id = (select min(id) from polls_choice); analyze
            """);

        Assert.Equal(1,
            Run(site, """{"datasets": {"d": {"specs": [{"model": "polls.choice", "filter": {"pk__gte": 0}}]}}}""", "d",
                []).MissingReferences);
    }

    [Theory]
    [InlineData("analyze")]
    [InlineData("update pg_class set reltuples = 100000 where relkind = 'r' and relnamespace = 'public'::regnamespace")]
    public void Missing_references_are_the_same_searched_beforehand_looked_up_while_written_and_without_a_filter(
        string statistics)
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        site.Execute(statistics);
        using Session session = site.Open();
        string[] models = [.. ReferenceCatalog.Read(session).Models.Where(m => m.Key is [_]).Select(m => m.Label)];
        string specs = string.Join(
            ", ", models.Select(m => $$$"""{"model": "{{{m}}}", "filter": {"pk__isnull": false}}"""));
        string chosen = """{"datasets": {"d": {"specs": [SPECS]}}}""".Replace("SPECS", specs);
        string[] Lines(string text) =>
            [.. text.Split('\n').Where(l => l.Contains(" -> ", StringComparison.Ordinal))
                .Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Order(
                    StringComparer.Ordinal)];
        (string[] Lines, ExportResult Result) Export(ExportDatasetOptions options)
        {
            List<string> warnings = [];
            ExportResult result =
                Assert.Single(
                    new ExportDataset().Run(session,
                        options with { Path = Path.Join(_folder, Guid.NewGuid() + ".json"), IncludeDerived = true },
                        new() { Warning = warnings.Add }));
            return (Lines(Assert.Single(warnings)), result);
        }

        (string[] all, ExportResult whole) = Export(new() { Model = models });
        (string[] written, ExportResult filtered) = Export(new() { Definition = chosen });
        string[] searched =
            Lines(Assert.Throws<DataOpsException>(
                () => Export(new() { Definition = chosen, OnMissingReference = OnMissingReference.Fail })).Message);

        Assert.NotEmpty(all);
        Assert.Equal(all, written);
        Assert.Equal(all, searched);
        Assert.Equal((whole.Count, whole.MissingReferences), (filtered.Count, filtered.MissingReferences));
    }

    private static IEnumerable<string> Keys(TestDatabase site, string table, string where, string label) =>
        site.Column($"select id from {table} where {where} order by id").Select(k => $"{label} {k}");

    private string[] Export(TestDatabase site, string dataset, params string[] arguments) =>
        Export(site, Polls, dataset, arguments);

    private string[] Export(TestDatabase site, string definition, string dataset, string[] arguments) =>
        [.. Fixtures.Objects(Run(site, definition, dataset, arguments).Path).Select(o => $"{o["model"]} {o["pk"]}")];

    private JsonNode[] Objects(TestDatabase site, string dataset, params string[] arguments) =>
        Fixtures.Objects(Run(site, Polls, dataset, arguments).Path);

    private ExportResult Run(TestDatabase site, string definition, string dataset, string[] arguments) =>
        Assert.Single(site.Run(
        new ExportDataset(),
        new() { Path = Path.Join(_folder, Guid.NewGuid() + ".json"), Definition = definition, Dataset = dataset,
            Argument = arguments }));
}
