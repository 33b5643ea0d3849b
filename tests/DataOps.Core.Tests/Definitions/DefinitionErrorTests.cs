using DataOps.Core.Features.Datasets.Definitions;
using DataOps.Core.Features.Datasets.Export;

namespace DataOps.Core.Tests.Definitions;

/// <summary>What is wrong with a definition is said with its place, before a row is read and a file is made.</summary>
public sealed class DefinitionErrorTests(PostgresServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-definitions-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("""{"model": "polls.question", "filter": {"nix": 1}}""", "UnknownField",
        "filter.nix: nix: polls.question has no field \"nix\" (fields: id, ")]
    [InlineData("""{"model": "polls.choice", "filter": {"question__nix__in": [1]}}""", "UnknownLookup",
        "has no look-up")]
    [InlineData("""{"model": "polls.question", "filter": {"slug__regex": "a"}}""", "UnknownLookup",
        "no look-up \"regex\"")]
    [InlineData("""{"model": "polls.question", "filter": {"slug__year": 2000}}""", "UnknownLookup",
        "no look-up \"year\"")]
    [InlineData("""{"model": "polls.question", "filter": {"id__in": 3}}""", "InvalidValue",
        "in takes a list of values, not 3.")]
    [InlineData("""{"model": "polls.question", "filter": {"id__range": [3]}}""", "InvalidValue",
        "range takes a list of 2 values")]
    [InlineData("""{"model": "polls.question", "filter": {"id": "1 or true"}}""", "InvalidValue",
        "\"1 or true\" is not an integer.")]
    [InlineData("""{"model": "polls.question", "filter": {"id": 1.5}}""", "InvalidValue", "1.5 is not an integer.")]
    [InlineData("""{"model": "polls.question", "filter": {"pub_date__gte": "2024-02-30"}}""", "InvalidValue",
        "\"2024-02-30\" is not a datetime.")]
    [InlineData("""{"model": "polls.question", "filter": {"pub_date__year": "x"}}""", "InvalidValue",
        "\"x\" is not an integer.")]
    [InlineData("""{"model": "polls.question", "filter": {"slug__isnull": "yes"}}""", "InvalidValue",
        "isnull is true or false")]
    [InlineData("""{"model": "polls.question", "filter": {"slug": {"parameter": "nix"}}}""", "UnknownParameter",
        "there is no parameter \"nix\".")]
    [InlineData("""{"model": "polls.question", "filter": {"slug": {"sql": "now()"}}}""", "InvalidDefinition",
        "a value has no \"sql\".")]
    [InlineData("""{"model": "polls.question", "filter": {"any": []}}""", "InvalidDefinition",
        "the list of filters is empty.")]
    [InlineData("""{"model": "polls.nix"}""", "UnknownModel", "the database has no model \"polls.nix\".")]
    [InlineData("""{"app": "nix"}""", "UnknownModel", "the database has no app \"nix\".")]
    [InlineData("""{"app": "polls", "model": "polls.question"}""", "InvalidDefinition",
        "a spec names a model or an app.")]
    [InlineData("""{"model": "polls.question", "exclude": ["nix"]}""", "UnknownField", "exclude names \"nix\"")]
    [InlineData("""{"model": "polls.question", "deleteMising": true}""", "InvalidDefinition",
        "a spec has no \"deleteMising\".")]
    [InlineData("""{"model": "polls.question", "filter": {"sql": "nix = 1"}}""", "InvalidDefinition",
        "column \"nix\" does not exist")]
    [InlineData("""{"model": "polls.question", "filter": {"sql": "id = :a"}}""", "InvalidSql", "values has no \"a\".")]
    [InlineData("""{"model": "polls.question", "filter": {"sql": "id = 1", "values": {"a": 1}}}""", "InvalidSql",
        "no :a is in it")]
    [InlineData("""{"model": "polls.question", "filter": {"sql": "true); drop table public.polls_choice; select (true"}}""", "InvalidSql", ") at character 5")]
    [InlineData("""{"model": "polls.question", "filter": {"sql": "true -- "}}""", "InvalidSql", "-- at character 6")]
    [InlineData("""{"model": "polls.question", "filter": {"sql": "slug = $$a$$"}}""", "InvalidSql", "$ at character 8")]
    [InlineData("""{"model": "polls.question", "filter": {"sql": "slug = E'\\' or true'"}}""", "InvalidSql",
        "E' at character 8")]
    [InlineData("""{"model": "polls.question", "filter": {"sql": "slug = 'a"}}""", "InvalidSql", "' at character 8")]
    public void A_wrong_spec_is_refused_where_it_is_wrong(string spec, string id, string message)
    {
        using TestDatabase site = server.CopyOf(Site.Polls);
        string file = Write("site.json", "{\n\"datasets\": {\n\"d\": {\"specs\": [\n" + spec + "\n]}}}");
        string target = Path.Join(_folder, "out.json");

        DataOpsException e = Assert.Throws<DataOpsException>(
            () => site.Run(new ExportDataset(), new() { Path = target, Definition = file, Dataset = "d" }));
        Assert.Equal(id, e.Id);
        Assert.StartsWith($"{file} line 4, $.datasets.d.specs[0]", e.Message);
        Assert.Contains(message, e.Message);
        Assert.False(File.Exists(target));
        Assert.NotEqual(0L, site.Scalar<long>("select count(*) from polls_choice"));
    }

    [Fact]
    public void A_circle_of_includes_is_named()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);
        string first = Write("a.json", """{"include": "b.json", "datasets": {"a": {"specs": {"app": "polls"}}}}""");
        Write("b.json", """{"include": ["c.json"]}""");
        Write("c.json", """{"include": ["b.json"]}""");

        DataOpsException e = Assert.Throws<DataOpsException>(
            () => site.Run(new GetDatasetDefinition(), new() { Definition = first }));
        Assert.Equal("IncludeCycle", e.Id);
        Assert.Contains("b.json -> c.json -> b.json", e.Message);
    }

    [Fact]
    public void Included_datasets_are_offered_and_a_file_included_twice_means_the_same()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);
        string first = Write(
            "a.json", """{"include": ["b.json", "c.json"], "datasets": {"a": {"specs": {"app": "polls"}}}}""");
        Write("b.json", """{"include": ["c.json"]}""");
        Write("c.json", """{"datasets": {"c": {"specs": {"model": "polls.topic"}}}}""");

        DatasetSpecInfo[] specs = [.. site.Run(new GetDatasetDefinition(), new() { Definition = first })];
        Assert.Equal(["a polls.topic", "a polls.question", "a polls.choice", "c polls.topic"],
            specs.Select(s => $"{s.Dataset} {s.Model}"));
        Assert.All(specs, s => Assert.Null(s.Problem));
    }

    [Theory]
    [InlineData(new string[0], "ids is missing")]
    [InlineData(new[] { "x" }, "\"x\" is not an integer")]
    [InlineData(new[] { "1", "2); drop table public.polls_choice; --" }, "is not an integer")]
    [InlineData(new[] { "least=1", "2" , "least=2" }, "least is given twice")]
    [InlineData(new[] { "ids=1", "least=2.5" }, "\"2.5\" is not an integer")]
    public void Wrong_arguments_are_refused(string[] arguments, string message)
    {
        using TestDatabase site = server.CopyOf(Site.Polls);
        string definition =
            """{"datasets": {"d": {"parameters": [{"name": "least", "type": "integer", "default": 1}, {"name": "ids", "type": "integer[]"}], "specs": {"model": "polls.choice", "filter": {"votes__gte": {"parameter": "least"}, "question__in": {"parameter": "ids"}}}}}}""";
        string[] given = arguments is ["x"] or ["1", _] ? ["least=0", .. arguments] : arguments;

        DataOpsException e =
            Assert.Throws<DataOpsException>(() =>
                site.Run(new ExportDataset(),
                new() { Path = Path.Join(_folder, "o.json"), Definition = definition, Argument = given }));
        Assert.Contains(message, e.Message);
    }

    [Theory]
    [InlineData("'; drop table public.polls_choice; --")]
    [InlineData("') or true or ('")]
    [InlineData("\\'; select pg_sleep(9) --")]
    [InlineData("{\"a\",b}%_$$")]
    public void A_value_is_never_taken_for_sql(string value)
    {
        using TestDatabase site = server.CopyOf(Site.Polls);
        site.Execute($"update polls_question set slug = $q${value}$q$ where id = 2");
        string json = System.Text.Json.JsonSerializer.Serialize(value);
        foreach (string filter in new[]
        {
            "{\"slug\": V}", "{\"slug__in\": [V]}", "{\"slug__contains\": V}", "{\"slug__istartswith\": V}",
            "{\"slug__startswith\": V}", "{\"slug__iexact\": V}", "{\"slug__range\": [V, V]}",
            "{\"sql\": \"slug = :v\", \"values\": {\"v\": V}}",
            "{\"sql\": \"slug = any(:v)\", \"values\": {\"v\": [V]}}",
        })
        {
            string definition = "{\"datasets\": {\"d\": {\"specs\": {\"model\": \"polls.question\", \"filter\": " +
                filter.Replace("V", json) + "}}}}";
            ExportResult result =
                Assert.Single(
                    site.Run(new ExportDataset(),
                        new() { Path = Path.Join(_folder, "o.json"), Definition = definition, Force = true }));
            Assert.Equal((1L, "2"), (result.Count, Assert.Single(Fixtures.Objects(result.Path))["pk"]!.ToString()));
        }
    }

    [Fact]
    public void A_name_is_never_taken_for_sql()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);
        foreach (string name in new[] { "id\\\" = 1 or true --", "id'; drop table polls_choice; --", "id__exact; --" })
        {
            string definition = "{\"datasets\": {\"d\": {\"specs\": {\"model\": \"polls.question\", \"filter\": {\"" +
                name + "\": 1}}}}}";
            DataOpsException e =
                Assert.Throws<DataOpsException>(() => site.Run(
                    new ExportDataset(), new() { Path = Path.Join(_folder, "o.json"), Definition = definition }));
            Assert.Matches("^Unknown(Field|Lookup)$", e.Id);
        }
    }

    [Fact]
    public void Without_a_database_a_definition_is_listed_as_it_stands_there()
    {
        string file = Write("site.json", """
            {"datasets": {"d": {"parameters": [{"name": "since", "type": "date"}], "specs": [
              {"model": "polls.nix", "filter": {"nix": 1}, "deleteMissing": true},
              {"app": "polls"}
            ]}, "e": {"specs": {"model": "polls.topic", "children": true}}}}
            """);
        GetDatasetDefinition operation = new();
        DatasetSpecInfo[] specs = [.. operation.RunOffline(new() { Definition = file, Offline = true }, new())];
        Assert.True(operation.IsOffline(new() { Offline = true }));
        Assert.Equal(["d 1 polls.nix", "d 2 polls.*", "e 1 polls.topic and what belongs to it"],
            specs.Select(s => $"{s.Dataset} {s.Spec} {s.Model}"));
        Assert.All(specs, s => Assert.Equal((null, null, null), (s.Server, s.Database, s.Problem)));
        Assert.Equal(["e"],
            operation.RunOffline(new() { Definition = file, Offline = true, Name = ["e*"] }, new()).Select(
                s => s.Dataset));
        DataOpsException unknown = Assert.Throws<DataOpsException>(
            () => operation.RunOffline(new() { Definition = file, Offline = true, Name = ["x"] }, new()).ToArray());
        Assert.Equal("UnknownDataset", unknown.Id);
        DataOpsException circle =
            Assert.Throws<DataOpsException>(() => operation.RunOffline(
                new() { Definition = Write("self.json", """{"include": "self.json"}"""), Offline = true }, new())
                    .ToArray());
        Assert.Equal("IncludeCycle", circle.Id);
    }

    [Fact]
    public void What_is_wrong_with_each_spec_is_listed_beside_those_that_are_right()
    {
        using TestDatabase site = server.CopyOf(Site.Polls);
        string file = Write("site.json", """
            {"datasets": {"d": {"parameters": [{"name": "since", "type": "date"}], "specs": [
              {"model": "polls.question", "filter": {"pub_date__date__gte": {"parameter": "since"}}, "deleteMissing": true},
              {"model": "polls.choice", "filter": {"votes": {"parameter": "since"}}},
              {"model": "polls.choice", "filter": {"sql": "nix"}},
              {"model": "polls.topic"}
            ]}}}
            """);

        DatasetSpecInfo[] specs = [.. site.Run(new GetDatasetDefinition(), new() { Definition = file })];
        Assert.Equal([1, 2, 3, 4], specs.Select(s => s.Spec));
        Assert.Equal([false, true, true, false], specs.Select(s => s.Problem is not null));
        Assert.Equal([2, 3, 4, 5], specs.Select(s => s.Line));
        Assert.Equal(("since date", "deleteMissing"), (specs[0].Parameters, specs[0].Settings));
        Assert.Contains("is not an integer", specs[1].Problem);
    }

    private string Write(string name, string text)
    {
        string path = Path.Join(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
