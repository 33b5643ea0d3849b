using System.Text.Json.Nodes;
using DataOps.Core.Django.Migrations;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Tests.Peers;

namespace DataOps.Core.Tests.Django.Migrations;

/// <summary>The models after each migration are those that Django's own loader has.</summary>
public sealed class DjangoStateTests : IDisposable
{
    private const string Packages = "/usr/lib/python3/dist-packages";

    private static readonly string[] s_installed =
        [$"{Packages}/django/contrib", $"{Packages}/taggit", $"{Packages}/django/__init__.py"];

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-states-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_models_after_each_migration_are_those_of_Django()
    {
        DjangoPeer.Require();
        string copy = Path.Combine(_folder, "site");
        JsonObject theirs = JsonNode.Parse(PythonScript.Run(
            "import runpy, sys; sys.path.insert(0, sys.argv[2]); "
                + "runpy.run_path(sys.argv[2] + '/states.py', run_name='__main__')",
            "", "django, mptt, taggit, treebeard, psycopg2", copy, Path.Combine(Repository.Root, "tests", "django")))!
            .AsObject();
        PythonFiles files = History.FilesBelow([copy, .. s_installed]);

        MigrationHistory history = MigrationHistory.Read(
            files, History.FoldersOf(files), new HashSet<MigrationKey>(),
            new Dictionary<string, ModelLabel> { ["AUTH_USER_MODEL"] = new("accounts", "user") });

        Assert.Empty(history.Problems);
        Assert.Equal(theirs.Select(s => s.Key).Where(k => k != "*").Order(StringComparer.Ordinal),
            history.Graph.Nodes.Select(n => n.ToString()).Order(StringComparer.Ordinal));
        List<string> differences = [];
        foreach (MigrationKey node in history.Graph.Nodes)
            Compare($"{node}", theirs[$"{node}"]!.AsObject(), history.StateAt([node]), differences);
        Compare("*", theirs["*"]!.AsObject(), history.StateAt(history.Graph.Leaves), differences);
        Assert.True(differences.Count == 0, $"{differences.Count}: {string.Join('\n', differences.Take(20))}");
    }

    private static void Compare(string at, JsonObject theirs, ProjectState state, List<string> differences)
    {
        Assert.All(state.Models.Values, m => Assert.Empty(m.Doubts));
        JsonObject ours = StateJson.Of(state);
        foreach (string model in theirs.Select(m => m.Key).Union(ours.Select(m => m.Key)))
            if (!JsonNode.DeepEquals(theirs[model], ours[model]))
                differences.Add($"{at}: {model}\n  {Parts(theirs[model])}\n  {Parts(ours[model])}");
    }

    private static string Parts(JsonNode? model) => model?.ToJsonString() ?? "-";
}
