using System.Text.Json;
using System.Text.RegularExpressions;
using DataOps.Core.Features.Datasets.Definitions;

namespace DataOps.Core.Tests.Definitions;

/// <summary>
/// What docs/dataset.schema.json lets editors write is what is read, as Python's JSON Schema library judges it.
/// </summary>
public sealed partial class DefinitionSchemaTests
{
    private const string Judge = """
        import json, sys, jsonschema
        schema, documents = json.load(sys.stdin)
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        print(json.dumps([[e.message[:200] for e in validator.iter_errors(d)] for d in documents]))
        """;

    private static readonly string[] s_right =
    [
        Dataset("""{"model": "polls.question"}"""),
        Dataset("""{"app": "polls", "exclude": "slug", "deleteMissing": true, "deferValues": ["slug"], "ignoreMissingM2m": "topics"}"""),
        Dataset("""{"model": "polls.question", "children": true, "saveAsNew": true, "forceInsert": false, "description": "all"}"""),
        Dataset("""{"model": "polls.question", "filter": {"any": [{"pk": 1}, {"slug__in": ["a", null, true]}], "not": {"pk": 2}, "all": [{"pk__gt": 1}]}}"""),
        Dataset("""{"model": "polls.question", "filter": {"not": [{"pk": 1}, {"pk": 2}]}}"""),
        Dataset("""{"model": "polls.question", "filter": {"sql": "id = :a", "values": {"a": 1}}}"""),
        Dataset("""{"model": "polls.choice", "filter": {"question__in": [1]}, "deleteMissing": {"map": [["question__in", "polls.question"]]}}"""),
        """{"$schema": "x", "timeZone": "Europe/Zurich", "datasets": {"d": {"description": "", "parameters": {"name": "a", "type": "date[]", "default": ["2024-01-01"]}, "specs": [{"app": "polls"}]}}}""",
        """{"datasets": {"d": {"parameters": [{"name": "a"}, {"name": "b", "type": "integer", "required": true}], "specs": {"model": "polls.topic", "filter": {"pk": {"parameter": "b"}, "name": {"parameter": "a"}}}}}}""",
    ];

    private static readonly string[] s_wrong =
    [
        "[]",
        "{}",
        """{"datasets": []}""",
        """{"datasets": {"d": {}}}""",
        """{"datasets": {"d": {"specs": []}}}""",
        """{"datasets": {"d": {"specs": {"app": "polls"}, "spec": 1}}}""",
        """{"dataset": {}, "datasets": {"d": {"specs": {"app": "polls"}}}}""",
        """{"timeZone": 1, "datasets": {"d": {"specs": {"app": "polls"}}}}""",
        """{"datasets": {"d": {"description": 1, "specs": {"app": "polls"}}}}""",
        """{"datasets": {"d": {"parameters": [{"type": "integer"}], "specs": {"app": "polls"}}}}""",
        """{"datasets": {"d": {"parameters": [{"name": "a", "type": "int"}], "specs": {"app": "polls"}}}}""",
        """{"datasets": {"d": {"parameters": [{"name": "a", "optional": true}], "specs": {"app": "polls"}}}}""",
        Dataset("""{"model": "polls.question", "app": "polls"}"""),
        Dataset("""{"exclude": ["slug"]}"""),
        Dataset("""{"app": "polls", "filter": {"pk": 1}}"""),
        Dataset("""{"model": "polls.question", "deleteMising": true}"""),
        Dataset("""{"model": "polls.question", "delete_missing": true}"""),
        Dataset("""{"model": "polls.question", "deleteMissing": "yes"}"""),
        Dataset("""{"model": "polls.question", "deleteMissing": {"map": [["pk"]]}}"""),
        Dataset("""{"model": "polls.question", "exclude": [1]}"""),
        Dataset("""{"model": "polls.question", "filter": [1]}"""),
        Dataset("""{"model": "polls.question", "filter": {"any": []}}"""),
        Dataset("""{"model": "polls.question", "filter": {"any": {"pk": 1}}}"""),
        Dataset("""{"model": "polls.question", "filter": {"pk": {"sql": "1"}}}"""),
        Dataset("""{"model": "polls.question", "filter": {"pk": {"parameter": 1}}}"""),
        Dataset("""{"model": 3}"""),
    ];

    [Fact]
    public void The_definitions_of_the_documentation_and_of_the_tests_are_right_for_both()
    {
        string[] documented =
            [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs", "en-US"), "*.md").SelectMany(
                f => Examples(File.ReadAllText(f)))];
        Assert.NotEmpty(documented);
        string[] all = [.. s_right, .. documented];

        Assert.All(all.Zip(Errors(all)),
            pair => Assert.True(pair.Second.Length == 0, $"{pair.First}: {string.Join("; ", pair.Second)}"));
        Assert.All(s_right, d => Assert.NotEmpty(Read(d)));
    }

    [Fact]
    public void What_is_built_wrong_is_refused_by_both()
    {
        Assert.All(s_wrong.Zip(Errors(s_wrong)),
            pair => Assert.True(pair.Second.Length > 0, $"The schema takes {pair.First}"));
        Assert.All(
            s_wrong, d => Assert.True(Record.Exception(() => Read(d)) is DataOpsException, $"The reader takes {d}"));
    }

    private static string Dataset(string spec) =>
        """{"datasets": {"d": {"specs": [SPEC]}}}""".Replace("SPEC", spec, StringComparison.Ordinal);

    private static DatasetSpecInfo[] Read(string definition)
    {
        // A definition that does not begin with a brace is taken for a file's name.
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, definition);
            return [.. new GetDatasetDefinition().RunOffline(new() { Definition = file, Offline = true }, new())];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<string> Examples(string page) =>
        Fence().Matches(page).Select(m => m.Groups[1].Value)
            .Where(j => j.Contains("\"datasets\"", StringComparison.Ordinal));

    private static string[][] Errors(IReadOnlyList<string> documents)
    {
        string schema = File.ReadAllText(Path.Combine(Repository.Root, "docs", "dataset.schema.json"));
        string said = PythonScript.Run(Judge, $"[{schema}, [{string.Join(",", documents)}]]", "jsonschema");
        return JsonSerializer.Deserialize<string[][]>(said)!;
    }

    [GeneratedRegex("```json\\n(\\{.*?\\})\\n```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
