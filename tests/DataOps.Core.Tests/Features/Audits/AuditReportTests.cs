using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DataOps.Core.Features.Audits;
using DataOps.Core.Features.Audits.Reports;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Audits;

/// <summary>Reports of an audit, and what is new in it since the last one.</summary>
public sealed class AuditReportTests(PostgresServer server) : IDisposable
{
    private const string Hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>|`\u001b[2J";

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_page_for_a_browser_holds_every_finding_and_names_its_rows_as_text()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        site.Execute($"update wagtailcore_page set title = {SqlText.Literal(Hostile)} where id = 64");
        string path = Path.Combine(_files.Folder, "audit.html");
        Finding[] findings = [.. site.Run(new Core.Features.Audits.TestDatabase(), new())];

        AuditReportFile file = Assert.Single(site.Run(new ExportAuditReport(), new() { Path = path }));

        string html = File.ReadAllText(path);
        Assert.Equal((findings.Count(f => f.Severity == Severity.Error), path), (file.Errors, file.Path));
        Assert.Equal(findings.Length, html.Split("<article>").Length - 1);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.Equal(1, html.Split("<script>").Length - 1);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', html);
        Assert.Contains("<span class=\"missing\">missing</span> <small>000100020003", html, StringComparison.Ordinal);
        Assert.Contains("dataops find-orphan --reference", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(ErrorIds.FileExists, Assert.Throws<DataOpsException>(
            () => site.Run(new ExportAuditReport(), new() { Path = path })).Id);
        Assert.Equal(ErrorIds.OtherDatabase, Assert.Throws<DataOpsException>(() => site.Run(new ExportAuditReport(), new()
        {
            Path = path + ".md",
            InputObject = [new() { Database = "other", Audit = "Tree", Severity = "Error" }],
        })).Id);
        InBrowser(path);
    }

    [Fact]
    public void Build_servers_and_collectors_read_what_is_new_and_no_green_light_is_for_what_was_not_run()
    {
        AuditFindings audit = new("db\"1", "sh\\op", new(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc),
        [
            new() { Audit = Audit.Tree, Severity = Severity.Error, Problem = Hostile, Table = "a\"b", Count = 3 },
            new() { Audit = Audit.Tree, Severity = Severity.Warning, Problem = "known", Change = FindingChange.Known },
            new() { Audit = Audit.Orphan, Severity = Severity.Error, Problem = "gone", Change = FindingChange.Gone },
        ]);

        XElement[] suites = [.. XDocument.Parse(JUnitReport.Of(audit)).Root!.Elements("testsuite")];
        Assert.DoesNotContain(suites, s => (string?)s.Attribute("name") is "Drift" or "Privilege");
        XElement tree = suites.Single(s => (string?)s.Attribute("name") == "Tree");
        Assert.Equal(("2", "1", "1"), ((string?)tree.Attribute("tests"), (string?)tree.Attribute("failures"),
            (string?)tree.Attribute("skipped")));
        Assert.Equal(Core.Kernel.VisibleText.Of(Hostile), (string?)tree.Descendants("failure").Single().Attribute("message"));

        string metrics = PrometheusReport.Of(audit);
        Assert.Contains("dataops_findings{server=\"db\\\"1\",database=\"sh\\\\op\",audit=\"Tree\",severity=\"Error\"} 1\n",
            metrics, StringComparison.Ordinal);
        Assert.Contains("dataops_finding_rows{server=\"db\\\"1\",database=\"sh\\\\op\",audit=\"Tree\",class=\"\",schema=\"\",table=\"a\\\"b\"} 3\n",
            metrics, StringComparison.Ordinal);
        Assert.Contains("dataops_findings_unknown{server=\"db\\\"1\",database=\"sh\\\\op\"} 1\n", metrics, StringComparison.Ordinal);

        Assert.Equal("DATAOPS CRITICAL - sh\\op on db\"1: 1 error, 1 warning, 0 new, 0 grown, 1 gone | errors=1 warnings=1 rows=4",
            SummaryLine.Of(audit));
        Assert.Equal([2, 1, 0], new[] { Severity.Error, Severity.Warning, Severity.Expected }.Select(
            s => SummaryLine.ExitCode(audit with { Findings = [new() { Severity = s }] })));
        string markdown = MarkdownReport.Of(audit);
        Assert.DoesNotContain("<script", markdown, StringComparison.Ordinal);
        Assert.All(markdown.Split('\n').Where(l => l.StartsWith('|')), l => Assert.Equal(8,
            l.Replace("\\|", "", StringComparison.Ordinal).Count(c => c == '|')));
    }

    [Fact]
    public void A_baseline_tells_what_is_new_has_grown_is_known_and_is_gone()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        string path = Path.Combine(_files.Folder, "last.jsonl");
        TestDatabaseOptions options = new() { Audit = [Audit.Orphan, Audit.Sequence], Baseline = path };
        Finding[] Run(TestDatabaseOptions asked) => [.. site.Run(new Core.Features.Audits.TestDatabase(), asked)];

        Assert.Equal(ErrorIds.FileNotFound, Assert.Throws<DataOpsException>(() => Run(options)).Id);
        Finding[] first = Run(options with { UpdateBaseline = true });
        Assert.All(first, f => Assert.Equal(FindingChange.New, f.Change));
        Finding[] second = Run(options);
        Assert.All(second, f => Assert.Equal(FindingChange.Known, f.Change));
        Assert.Equal(first.Select(f => f with { Change = null }), second.Select(f => f with { Change = null }));

        site.Execute("""
            delete from taggit_taggeditem where content_type_id not in (select id from django_content_type where app_label = 'x');
            insert into wagtailcore_comment (created_at, updated_at, position, text, contentpath, page_id, user_id)
              select created_at, updated_at, position, text, contentpath, page_id, user_id from wagtailcore_comment where id = 901;
            """);
        Dictionary<string, FindingChange?> third = Run(options).Where(f => f.Audit == Audit.Orphan)
            .ToDictionary(f => f.Reference!, f => f.Change);
        Assert.Equal((FindingChange.Gone, FindingChange.Grown), (third["taggit_taggeditem.content_type+object_id"], third["wagtailcore_comment.page_id"]));
        // Of an audit that is not run nothing is gone, and the baseline keeps it.
        Assert.DoesNotContain(Run(options with { Audit = [Audit.Sequence], UpdateBaseline = true }), f => f is { Audit: Audit.Orphan, Change: FindingChange.Gone });
        Assert.Contains(Run(options), f => f is { Audit: Audit.Orphan, Change: FindingChange.Gone });
        Run(options with { UpdateBaseline = true });
        Assert.All(Run(options), f => Assert.Equal(FindingChange.Known, f.Change));

        // What needs an option, or another severity, is not gone where it was not looked for.
        File.AppendAllText(path, """
            {"Severity":"Warning","Audit":"Drift","Class":"Missing","Count":1,"Table":"shop_order","Column":"code","Problem":"x"}
            {"Severity":"Expected","Audit":"Orphan","Class":"Generic","Count":1,"Table":"shop_log","Problem":"x"}

            """);
        string[] kept = ["shop_order", "shop_log"];
        Assert.DoesNotContain(Run(options with { Audit = [], UpdateBaseline = true }), f => kept.Contains(f.Table));
        Assert.All(kept, t => Assert.Contains(t, File.ReadAllText(path), StringComparison.Ordinal));

        File.WriteAllText(path, "[1, 2]");
        Assert.Equal(ErrorIds.InvalidBaseline, Assert.Throws<DataOpsException>(() => Run(options)).Id);
    }

    [Fact]
    public void A_baseline_remembers_when_a_finding_was_first_seen_and_the_last_runs_which_reports_show()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        string path = Path.Combine(_files.Folder, "history.jsonl");
        TestDatabaseOptions options = new() { Audit = [Audit.Sequence], Baseline = path };
        List<string> warnings = [];
        Finding[] Run(TestDatabaseOptions asked) =>
            [.. site.Run(new Core.Features.Audits.TestDatabase(), asked, new() { Warning = warnings.Add })];

        Finding[] first = Run(options with { UpdateBaseline = true });
        Assert.NotEmpty(first);
        Assert.All(first, f => Assert.InRange(f.FirstSeen!.Value, DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow));
        // As if it were of a month ago, and one finding of an older version, which wrote no date.
        string[] lines = File.ReadAllLines(path);
        string day = DateTime.UtcNow.AddDays(-30).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        lines = [.. lines.Select(l => Regex.Replace(l, "(\"(FirstSeen|Run)\":)\"[^\"]*\"", $"$1\"{day}\""))];
        lines[0] = Regex.Replace(lines[0], ",\"FirstSeen\":\"[^\"]*\"", "");
        File.WriteAllLines(path, lines);
        site.Execute("""
            create table wagtailcore_till (id serial primary key, code text);
            insert into wagtailcore_till values (7, 'x')
            """);

        Finding[] second = Run(options);
        Finding fresh = Assert.Single(second, f => f.Change == FindingChange.New);
        Assert.Equal((FindingChange.Known, null), (second[0].Change, second[0].FirstSeen));
        Assert.All(second.Skip(1).Where(f => f != fresh), f => Assert.Equal(day, $"{f.FirstSeen:yyyy-MM-ddTHH:mm:ssZ}"));
        Assert.Empty(warnings);
        Assert.Equal([fresh.Table], Run(options with { Since = "7d" }).Select(f => f.Table));
        Assert.StartsWith("1 finding left out, as nobody knows since when", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(second.Length - 1, Run(options with { Since = day, UpdateBaseline = true }).Length);
        Assert.Equal(ErrorIds.InvalidOption, Assert.Throws<DataOpsException>(() => Run(options with { Since = "soon" })).Id);
        Assert.Equal(ErrorIds.ContradictingOptions,
            Assert.Throws<DataOpsException>(() => Run(new() { Since = "7d" })).Id);

        foreach (string format in (string[])["html", "md"])
            site.Run(new ExportAuditReport(), new()
            {
                Path = Path.Combine(_files.Folder, "history." + format), Baseline = path,
                InputObject = [new() { Audit = "Sequence", Severity = "Error", Change = "Known", FirstSeen = day }, new() { Run = day }],
            });
        string html = File.ReadAllText(Path.Combine(_files.Folder, "history.html"));
        Assert.Contains($"2 runs from {day.Replace('T', ' ')} to ", html, StringComparison.Ordinal);
        Assert.Contains($"aria-label=\"Sequence: {first.Length}, {first.Length + 1}\"", html, StringComparison.Ordinal);
        Assert.Contains($"Known since {day[..10]}", html, StringComparison.Ordinal);
        string[] markdown = File.ReadAllLines(Path.Combine(_files.Folder, "history.md"));
        Assert.Contains("| Time | Sequence |", markdown);
        Assert.Contains($"| {day.Replace('T', ' ')} | {first.Length} |", markdown);
        Assert.Equal(1, markdown.Count(l => l.Contains("Known since", StringComparison.Ordinal)));

        // Of the runs the last thirty stay.
        string run = File.ReadLines(path).Last();
        File.AppendAllLines(path, Enumerable.Repeat(run, 40));
        Run(options with { UpdateBaseline = true });
        Assert.Equal(30, File.ReadLines(path).Count(l => l.StartsWith("{\"Run\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Findings_at_one_place_are_told_apart_and_sums_are_not_compared_with_rows()
    {
        using TestDatabase database = server.Blank();
        database.Execute("""
            create table shop_item (id serial primary key, code text);
            create index one on shop_item (code);
            create index two on shop_item (code);
            """);
        void Break(string index) => database.Execute(
            $"update pg_index set indisvalid = false where indexrelid = '{index}'::regclass");
        TestDatabaseOptions options = new()
        {
            Audit = [Audit.Schema], Baseline = Path.Combine(_files.Folder, "apart.jsonl"), UpdateBaseline = true,
        };
        (string?, FindingChange?)[] Run(TestDatabaseOptions asked) =>
            [.. database.Run(new Core.Features.Audits.TestDatabase(), asked).Select(f => (f.Value, f.Change))];

        Break("one");
        Assert.Equal([("one", FindingChange.New)], Run(options));
        Break("two");
        Assert.Equal([("one", FindingChange.Known), ("two", FindingChange.New)], Run(options).Order());

        Assert.Equal(ErrorIds.OtherDetail,
            Assert.Throws<DataOpsException>(() => Run(options with { Detailed = true })).Id);
    }

    [Theory]
    [InlineData("2026-11-01", "2026-10-31T23:00:00Z")]
    [InlineData("2026-11-01T03:00", "2026-11-01T02:00:00Z")]
    [InlineData("2026-11-01T03:00:00+05:00", "2026-10-31T22:00:00Z")]
    [InlineData("2026-11-01T03:00:00.000000Z", "2026-11-01T03:00:00Z")]
    [InlineData("7d", "2026-11-22T12:00:00Z")]
    [InlineData("36h", "2026-11-28T00:00:00Z")]
    [InlineData("1.12:00:00", "2026-11-28T00:00:00Z")]
    [InlineData("11/01/2026", null)]
    [InlineData("2026-12-01", null)]
    [InlineData("-7d", null)]
    public void A_point_in_time_is_a_date_or_a_span_back_from_now(string text, string? expected)
    {
        DateTime now = new(2026, 11, 29, 12, 0, 0, DateTimeKind.Utc);
        // A date without an offset is local: the machine of the test may be anywhere.
        TimeSpan local = text.Contains('-') && !text.EndsWith('Z') && !text.Contains('+')
            ? TimeZoneInfo.Local.GetUtcOffset(new DateTime(2026, 11, 1)) - TimeSpan.FromHours(1) : TimeSpan.Zero;
        if (expected is null)
            Assert.Equal(ErrorIds.InvalidOption,
                Assert.Throws<DataOpsException>(() => PointInTime.Parse("Since", text, now)).Id);
        else
            Assert.Equal(DateTime.Parse(expected, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal) - local,
                PointInTime.Parse("Since", text, now));
    }

    [Theory]
    [InlineData("Repair-Orphan -Reference 'a' -Action SetNull", "dataops repair-orphan --reference 'a' --action SetNull")]
    [InlineData("Remove-StaleContentType -StaleModel 'it''s'", @"dataops remove-stale-content-type --stale-model 'it'\''s'")]
    [InlineData("select -Infinity::float8", "select -Infinity::float8")]
    [InlineData("Write-Host -Object x", "Write-Host -Object x")]
    public void A_remedy_is_typed_in_the_shell_that_shows_it(string remedy, string shell) =>
        Assert.Equal(shell, CommandSyntax.Remedy(remedy));

    // Debian's Chromium: the page is laid out, its script runs, and nothing is asked of a network.
    private static void InBrowser(string path)
    {
        string[] places = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
        if (places.FirstOrDefault(File.Exists) is not { } browser)
            return;
        DirectoryInfo profile = Directory.CreateTempSubdirectory("dataops-browser-");
        try
        {
            ProcessStartInfo start = new(browser,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
                $"--user-data-dir={profile.FullName}", "--dump-dom", $"file://{path}#Tree",
            ])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            Task<string> log = process.StandardError.ReadToEndAsync();
            string dom = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            // The script has opened the part that the address names.
            Assert.Contains("<details open", dom, StringComparison.Ordinal);
            Assert.DoesNotContain("CONSOLE", log.Result, StringComparison.Ordinal);
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }
}
