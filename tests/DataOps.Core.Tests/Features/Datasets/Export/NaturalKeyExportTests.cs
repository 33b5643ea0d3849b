using System.Text.Json.Nodes;
using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Export;

namespace DataOps.Core.Tests.Features.Datasets.Export;

public sealed class NaturalKeyExportTests(PostgresServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-natural-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_export_with_natural_keys_equals_what_dumpdata_wrote()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);

        ExportResult result = Export(
            site, "site.json", Natural with { Exclude = ["wagtailcore.pagelogentry"], IncludeDerived = true });
        Assert.Equal(1092, result.Count);
        Assert.Equal(Fixtures.Bag(Repository.SharedData("bakery.dumpdata-natural.json.gz")), Fixtures.Bag(result.Path));
    }

    [Fact]
    public void What_no_catalogue_tells_of_users_and_of_constance_is_said_and_not_guessed()
    {
        using TestDatabase site = server.Django("staff.member constance.config contenttypes.contenttype", """
            create table staff_member (id int primary key, password text, last_login date, username text unique, email text unique);
            create table constance_config (id int primary key, key text unique, value text);
            insert into constance_config values (1, 'THEME', 'dark');
            """);
        List<string> warnings = [];
        ExportResult Run(Session session)
        {
            warnings.Clear();
            return Assert.Single(new ExportDataset().Run(
                session, Natural with { Path = Path.Join(_folder, "staff.json"), Force = true },
                new() { Warning = warnings.Add }));
        }
        using Session told = Session.Open(site.Settings.WithSite(
            """{ "userModel": "staff.member", "userNameField": "email", "tables": { "constance.config": "constance_config" } }"""), "Test");

        ExportResult blind = Run(site.Session);
        Assert.Equal("constance_config", blind.RowsLeftOut);
        Assert.StartsWith("Users of staff.member are written by their username", warnings[0], StringComparison.Ordinal);
        Assert.Null(Run(told).RowsLeftOut);
        Assert.Empty(warnings);
    }

    [Fact]
    public void History_of_a_deleted_page_keeps_its_key_and_is_named()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        List<string> warnings = [];

        ExportResult result =
            Assert.Single(
                site.Run(new ExportDataset(),
                    Natural with { Path = Path.Join(_folder, "a.json"), Model = ["wagtailcore"] },
                    new() { Warning = warnings.Add }));
        Assert.Equal((0, 1), (result.MissingReferences, result.ExpectedMissing));
        Assert.Matches("wagtailcore_pagelogentry +1 +page_id +-> wagtailcore_page 2", warnings[^1]);
        Assert.StartsWith("Generic references lead to rows whose keys are left out", warnings[0], StringComparison.Ordinal);
        Assert.Equal(2, warnings.Count);
        JsonNode[] entries =
            [.. Fixtures.Objects(result.Path).Where(o => (string?)o["model"] == "wagtailcore.pagelogentry")];
        Assert.Equal(site.Scalar<long>("select count(*) from wagtailcore_pagelogentry"), entries.Length);
        Assert.Equal("2", entries.Single(e => (int)e["pk"]! == 1)["fields"]!["page"]!.ToJsonString());
        Assert.All(entries.Where(e => (int)e["pk"]! != 1), e => Assert.IsType<JsonArray>(e["fields"]!["page"]));
    }

    [Fact]
    public void Damage_stops_no_dump_and_each_missing_reference_is_named_once()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        List<string> warnings = [];

        ExportResult result =
            Assert.Single(
                site.Run(new ExportDataset(),
                    Natural with { Path = Path.Join(_folder, "a.json"), IncludeDerived = true },
                    new() { Warning = warnings.Add }));
        string[] lines =
            [.. warnings[^1].Split('\n').Where(l => l.StartsWith("  ", StringComparison.Ordinal))];
        Assert.Equal(result.MissingReferences + result.ExpectedMissing, lines.Distinct().Count());
        Assert.Equal(Oracle.Required(site), result.MissingReferences);
        // Whole: what dumpdata loses without a word, the page half without a parent, is there.
        Assert.Contains("breads.breadpage",
            Fixtures.Objects(result.Path).Where(o => o["fields"]!["page_ptr"]?.ToJsonString() == "40")
                .Select(o => (string?)o["model"]));
    }

    [Fact]
    public void A_dump_that_is_to_fail_lists_all_missing_references_and_leaves_no_file()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);

        DataOpsException failure =
            Assert.ThrowsAny<DataOpsException>(() => Export(
                site, "a.json", Natural with { IncludeDerived = true, OnMissingReference = OnMissingReference.Fail }));
        Assert.Equal("MissingReferences", failure.Id);
        Assert.Equal(Oracle.Required(site),
            failure.Message.Split('\n').Count(
                l => l.StartsWith("  ", StringComparison.Ordinal) && !IsHistory(site, l)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void Rows_left_out_take_what_refers_to_them_along_and_the_rest_holds_together()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        using TestDatabase empty = server.CopyOf(Site.SampleEmpty);

        ExportResult result = Export(site, "a.json", new() { OnMissingReference = OnMissingReference.SkipRow });
        Assert.InRange(result.Skipped, 1, long.MaxValue);
        JsonNode[] objects = Fixtures.Objects(result.Path);
        HashSet<string> keys = [.. objects.Select(o => $"{o["model"]} {o["pk"]}")];
        Assert.All(objects.Where(o => (string?)o["model"] == "news.articlepage"),
            o => Assert.Contains($"wagtailcore.page {o["pk"]}", keys));
    }

    [Fact]
    public void Null_is_written_only_where_the_target_is_missing_and_refused_where_the_column_needs_one()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(
            "alter table wagtailcore_page disable trigger all; update wagtailcore_page set owner_id = 4711 where id = 3");

        ExportResult result = Export(
            site, "a.json", new() { Model = ["wagtailcore.page"], OnMissingReference = OnMissingReference.Null });
        JsonNode[] pages = Fixtures.Objects(result.Path);
        Assert.Null(pages.Single(p => (int)p["pk"]! == 3)["fields"]!["owner"]);
        Assert.Equal(site.Scalar<long>("select count(owner_id) from wagtailcore_page") - 1,
            pages.Count(p => p["fields"]!["owner"] is not null));

        site.Execute("update wagtailcore_page set locale_id = 4711 where id = 3");
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(
            () => Export(site, "b.json", new() { OnMissingReference = OnMissingReference.Null }));
        Assert.Contains("wagtailcore_page.locale_id cannot be NULL", failure.Advice);
    }

    [Fact]
    public void The_operators_keys_follow_references_and_can_switch_a_key_off()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);

        JsonNode[] objects =
            Fixtures.Objects(
                Export(site, "a.json",
                    Natural with { NaturalKey = ["wagtailcore.page=slug+locale.language_code", "auth.group="] }).Path);
        JsonNode article = objects.First(o => (string?)o["model"] == "news.articlepage");
        Assert.Equal(2, article["fields"]!["page_ptr"]!.AsArray().Count);
        Assert.All(objects.Where(o => (string?)o["model"] == "auth.group"), o => Assert.NotNull(o["pk"]));

        Assert.Equal("InvalidNaturalKey",
            Assert.ThrowsAny<DataOpsException>(
                () => Export(site, "b.json", new() { NaturalKey = ["wagtailcore.page"] })).Id);
        Assert.Contains("no field nose",
            Assert.ThrowsAny<DataOpsException>(
                () => Export(site, "b.json", new() { NaturalKey = ["wagtailcore.page=nose"] })).Message);
        Assert.Contains("refers to no table",
            Assert.ThrowsAny<DataOpsException>(
                () => Export(site, "b.json", new() { NaturalKey = ["wagtailcore.page=slug.x"] })).Message);
        Assert.Contains("no model x.y",
            Assert.ThrowsAny<DataOpsException>(() => Export(site, "b.json", new() { NaturalKey = ["x.y=z"] })).Message);
    }

    private static ExportDatasetOptions Natural { get; } = new() { NaturalForeign = true, NaturalPrimary = true };

    private ExportResult Export(TestDatabase site, string name, ExportDatasetOptions options) =>
        Assert.Single(site.Run(new ExportDataset(), options with { Path = Path.Join(_folder, name) }));

    private static bool IsHistory(TestDatabase site, string line) =>
        ReferenceCatalog.Read(site.Session).References.Any(r => r.Severity == Severity.Expected
            && line.Contains($"  {r.Table}  ", StringComparison.Ordinal)
            && line.Contains($"  {r.Column.Name}  ", StringComparison.Ordinal));
}
