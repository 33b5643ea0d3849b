using System.Text.Json.Nodes;
using DataOps.Core.Features.SiteDescriptions;
using DataOps.Core.Tests.Peers;

namespace DataOps.Core.Tests.Features.SiteDescriptions;

/// <summary>docs/site_description.py says of a running project what its migrations say, and what only code tells.</summary>
public sealed class SiteDescriptionScriptTests : IDisposable
{
    // Members that only the running project knows, and Django's own tables, which need no word.
    private static readonly string[] s_onlyCode = ["genericReferences", "naturalKeys", "timeZone", "tables", "symmetrical"];

    // notReferences are guesses that a description denies; the project has none.
    private static readonly string[] s_onlyFiles = ["notReferences"];

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-script-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact, Trait("Day", "2")]
    public void The_running_project_and_its_migrations_say_the_same()
    {
        DjangoPeer.Require();
        string copy = Path.Combine(_folder, "site");
        string project = Path.Combine(Repository.Root, "tests", "django");
        string Run(string script, params string[] arguments) => PythonScript.Run(
            "import os, runpy, sys; sys.path.insert(0, sys.argv[1 + (len(sys.argv) > 3)]); "
                + "os.environ['DJANGO_SETTINGS_MODULE'] = 'peer.settings'; "
                + "runpy.run_path(sys.argv[-1], run_name='__main__')",
            "", "django, mptt, taggit, treebeard, psycopg2", [.. arguments, script]);
        JsonObject theirs = JsonNode.Parse(Run(
            Path.Combine(Repository.Root, "docs", "site_description.py"), project))!.AsObject();
        Run(Path.Combine(project, "states.py"), copy, project);
        string file = Path.Combine(_folder, "site.json");
        _ = new ExportSiteDescription().RunOffline(new()
        {
            MigrationPath = [copy, "/usr/lib/python3/dist-packages/django", "/usr/lib/python3/dist-packages/taggit"],
            Path = file, Setting = ["AUTH_USER_MODEL=accounts.User"], Offline = true,
        }, new()).ToArray();
        JsonObject ours = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        HashSet<string> apps = [.. theirs["apps"]!.AsArray().Select(a => (string)a!)];

        // auth.user is swapped out, and history is no app of the site.
        string[] Said(JsonObject site, string[] but) => [.. site.Where(m => m.Key[0] != '$' && !but.Contains(m.Key))
            .SelectMany(m => Entries(m.Key, m.Value!))
            .Where(e => apps.Contains(e.Split(' ')[1].Split('.')[0]) || e.Split(' ')[1].Contains('='))
            .Where(e => !e.Contains(" auth.user.", StringComparison.Ordinal)
                && !e.Contains("Legacy Orders", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(theirs["naturalKeys"]!.AsObject());
        Assert.Equal(Said(theirs, s_onlyCode), Said(ours, [.. s_onlyFiles, .. s_onlyCode]));
        Assert.Contains("reviews_bookmark.target_type_id+target_id",
            theirs["genericReferences"]!.AsArray().Select(r => (string)r!));
    }

    private static IEnumerable<string> Entries(string member, JsonNode value) => value switch
    {
        JsonArray list => list.Select(i => $"{member} {i}"),
        JsonObject groups when SiteDescription.FormOf(member) == SiteDescription.MemberForm.Groups =>
            groups.SelectMany(g => g.Value!.AsArray().Select(i => $"{member} {i} {g.Key}")),
        JsonObject map => map.Select(p => $"{member} {p.Key} {p.Value?.ToJsonString()}"),
        _ => [$"{member} {value}"],
    };
}
