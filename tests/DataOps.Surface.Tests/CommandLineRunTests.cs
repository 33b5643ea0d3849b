using System.Diagnostics;
using System.Text.Json;

namespace DataOps.Surface.Tests;

/// <summary>The built command line against a real server.</summary>
public sealed class CommandLineRunTests(PostgresServer server)
{
    private const string Secret = "correct-horse-battery";

    // Enough rows that the server is still at work when the reader leaves.
    private const string LargeTable = """
        create table public.large_child (id bigint primary key, page_id integer);
        insert into public.large_child select i, 100000000 + i from generate_series(1, 1000000) i;
        alter table public.large_child add constraint large_child_page_fk foreign key (page_id) references public.wagtailcore_page (id) not valid;
        analyze public.large_child
        """;

    [Fact]
    public void Writes_one_flat_object_a_line_with_the_names_of_PowerShell()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        CommandLineRun run = Run(site, "find-orphan");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        string[] lines = run.Output.TrimEnd('\n').Split('\n');
        Assert.NotEmpty(lines);
        foreach (JsonElement orphan in lines.Select(l => JsonDocument.Parse(l).RootElement))
        {
            Assert.Equal(["Server", "Database", "Schema", "Severity", "Audit", "Class"],
                orphan.EnumerateObject().Take(6).Select(p => p.Name));
            Assert.Equal(site.Name, orphan.GetProperty("Database").GetString());
            Assert.All(orphan.EnumerateObject(),
                p => Assert.False(p.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array));
        }
    }

    [Fact]
    public void Several_databases_are_read_one_after_the_other_and_one_that_fails_is_told_and_counts()
    {
        using TestDatabase damaged = server.CopyOf(Site.SampleDamaged);
        using TestDatabase healthy = server.CopyOf(Site.Sample);
        string missing = damaged.Uri.Replace(damaged.Name, "not_there", StringComparison.Ordinal);

        CommandLineRun both = CommandLineRun.Of(
            "find-orphan", "-d", healthy.Uri, "-d", damaged.Uri, "--summary", "--fail-on", "error");
        CommandLineRun broken = CommandLineRun.Of("get-database", "-d", missing, "-d", healthy.Uri, "-d", damaged.Uri);
        CommandLineRun change = CommandLineRun.Of("repair-tree", "-d", healthy.Uri, "-d", damaged.Uri, "--what-if");

        Assert.Equal((1, ""), (both.ExitCode, both.Error));
        Assert.All(both.Output.TrimEnd('\n').Split('\n'), l => Assert.Contains($"\"{damaged.Name}\"", l, StringComparison.Ordinal));
        Assert.Equal((2, 2), (broken.ExitCode, broken.Output.TrimEnd('\n').Split('\n').Length));
        Assert.Matches("^dataops get-database: not_there on [^ ]+: .* \\[Postgres.3D000\\]", broken.Error);
        Assert.Equal(2, change.ExitCode);
        Assert.Contains("[SeveralDatabases]", change.Error, StringComparison.Ordinal);
        Assert.Contains("[InvalidOption]", CommandLineRun.Of(
            "find-orphan", "-d", healthy.Uri, "-d", damaged.Uri, "--format", "junit").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("never", 0)]
    [InlineData("error", 1)]
    [InlineData("Warning", 1)]
    [InlineData("any", 1)]
    public void Ends_with_1_for_the_findings_that_it_is_asked_about(string threshold, int exitCode)
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        Assert.Equal(exitCode, Run(site, "find-orphan", "--fail-on", threshold).ExitCode);
    }

    [Fact]
    public void A_description_that_is_found_is_named_and_what_the_database_contradicts_is_a_warning_and_a_finding()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string file = Path.Combine(Directory.CreateTempSubdirectory("dataops-found-").FullName, "news.json");
        File.WriteAllText(file, """{ "fileFields": { "news.category.scan": "scans" } }""");
        CommandLineRun Found(params string[] arguments) => CommandLineRun.With(
            new() { ["DATAOPS_SITE_DESCRIPTION"] = file }, [.. arguments, "--database", site.Uri]);

        CommandLineRun audit = Found("test-database", "--audit", "drift", "--fail-on", "warning");
        CommandLineRun orphans = Found("find-orphan", "--fail-on", "warning");

        Assert.Equal(1, audit.ExitCode);
        Assert.Contains("news.category.scan", audit.Output, StringComparison.Ordinal);
        Assert.Equal(0, orphans.ExitCode);
        Assert.Contains($"site description: {file} (DATAOPS_SITE_DESCRIPTION)", orphans.Error, StringComparison.Ordinal);
        Assert.Contains("warning: ", orphans.Error, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void A_healthy_site_ends_with_0()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        CommandLineRun run = Run(site, "find-orphan", "--fail-on", "warning");
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void A_table_for_people_is_as_wide_as_the_terminal_and_says_the_database_once()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        CommandLineRun run = CommandLineRun.With(
            new() { ["DATABASE_URL"] = site.Uri, ["COLUMNS"] = "100" }, "find-orphan", "--format", "table");
        Assert.Equal(0, run.ExitCode);
        string[] lines = run.Output.TrimEnd('\n').Split('\n');
        Assert.Equal($"{site.Name} on 127.0.0.1:{site.Port}", lines[0]);
        Assert.StartsWith("Severity", lines[2]);
        // What has no room is left out, the model before what the row itself says.
        Assert.Contains("Value", lines[2]);
        Assert.DoesNotContain("Model", lines[2]);
        Assert.All(lines, l => Assert.True(l.Length <= 100, l));
    }

    [Fact]
    public void An_option_takes_several_values_repeated_or_with_commas()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        string repeated = Run(site, "find-orphan", "--class", "unvalidated", "--class", "Tree").Output;
        Assert.Equal(repeated, Run(site, "find-orphan", "--class", "Unvalidated,tree").Output);
        Assert.NotEmpty(repeated);
    }

    [Theory]
    [InlineData("a class that is not there", "find-orphan", "--class", "Nonsense")]
    [InlineData("an option that is not there", "find-orphan", "--nonsense")]
    [InlineData("a table that is not there", "find-orphan", "--table", "no_such_table")]
    public void Bad_input_ends_with_2_and_nothing_on_standard_output(string _, params string[] arguments)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        CommandLineRun run = Run(site, arguments);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("dataops find-orphan: ", run.Error);
    }

    [Fact]
    public void Names_that_are_not_found_are_reported_one_by_one_and_the_others_are_done()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        CommandLineRun known = Run(site, "find-orphan", "--table", "wagtailcore_page");
        Assert.Equal((0, ""), (known.ExitCode, known.Error));
        Assert.NotEmpty(known.Output);

        CommandLineRun run = Run(
            site, "find-orphan", "--table", "no_such,wagtailcore_page,nor_such", "--fail-on", "any");

        Assert.Equal((2, known.Output), (run.ExitCode, run.Output));
        Assert.Equal(
            ["There is no table \"no_such\". [UnknownTable]", "There is no table \"nor_such\". [UnknownTable]"],
            run.Error.Split('\n').Where(l => l.StartsWith("dataops", StringComparison.Ordinal))
                .Select(l => l["dataops find-orphan: ".Length..]));
    }

    [Theory]
    [InlineData("find-orphan --table no_such*")]
    [InlineData("find-orphan --model no.such* --reference no_such*")]
    [InlineData("find-stale-content-type --model no.such* --app-label no?such")]
    [InlineData("get-model --model no.such* --table no_such*")]
    [InlineData("get-page --url-path /no/such/*")]
    [InlineData("get-page --type no.such* --site no.such*")]
    [InlineData("get-reference --table no_[s]uch")]
    [InlineData("test-tree --table no_such* --model no.such*")]
    public void A_wildcard_may_match_nothing(string line)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        CommandLineRun run = Run(site, line.Split(' '));
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void A_change_needs_all_names_and_warns_of_a_wildcard_without_a_match()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string[] repair = ["repair-orphan", "--confirm:false", "--table"];

        CommandLineRun refused = Run(site, [.. repair, "no_such,wagtailcore_page,nor_such"]);
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("There is no table \"no_such\", \"nor_such\". [UnknownTable]", refused.Error);

        CommandLineRun nothing = Run(site, [.. repair, "no_such*"]);
        Assert.Equal((0, "dataops repair-orphan: warning: There is no table \"no_such*\".\n"),
            (nothing.ExitCode, nothing.Error));
        Assert.Contains("\"Changed\":false", nothing.Output);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_wrong_enumeration_value_gets_the_list_of_right_ones() =>
        Assert.Contains("ForeignKey, Unvalidated, Soft",
            CommandLineRun.Of("find-orphan", "--class", "Nonsense", "--database", "x").Error);

    [Fact]
    public void A_reader_that_leaves_ends_the_query_quietly()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(LargeTable);
        using Process process = CommandLineRun.Start(
            new() { ["DATABASE_URL"] = site.Uri }, "find-orphan", "--table", "large_child");
        Assert.StartsWith("{\"Server\"", process.StandardOutput.ReadLine());
        process.StandardOutput.Close();
        Assert.True(process.WaitForExit(20000));
        Assert.Equal((0, ""), (process.ExitCode, process.StandardError.ReadToEnd()));
        AssertNothingIsLeft(site);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ctrl_C_ends_the_query_and_exits_with_130(bool ofBackgroundJob)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a console's Ctrl+C cannot be sent to one process on Windows");
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(LargeTable);
        Dictionary<string, string> environment = new() { ["DATABASE_URL"] = site.Uri };
        string[] arguments = ["find-orphan", "--table", "large_child"];
        using Process process = ofBackgroundJob
            ? CommandLineRun.StartInBackground(environment, arguments)
            : CommandLineRun.Start(environment, arguments);
        Assert.NotNull(process.StandardOutput.ReadLine());
        using (Process kill = Process.Start("kill", ["-INT", process.Id.ToString()]))
            kill.WaitForExit();
        process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(20000));
        Assert.Equal((130, ""), (process.ExitCode, process.StandardError.ReadToEnd()));
        AssertNothingIsLeft(site);
    }

    // The server ends its process a moment after the client has gone; a query that goes on would take much longer.
    private static void AssertNothingIsLeft(TestDatabase site) => Assert.True(SpinWait.SpinUntil(
        () => site.Scalar<long>(
            "select count(*) from pg_stat_activity where application_name = 'DataOps/Find-Orphan' and datname = " +
                "current_database()") == 0,
        TimeSpan.FromSeconds(2)));

    [Fact]
    public void What_if_changes_nothing_and_the_real_run_does_what_it_said()
    {
        using TestDatabase source = server.CopyOf(Site.Sample);
        using TestDatabase target = server.CopyOf(Site.SampleEmpty);
        string file = Path.Join(Path.GetTempPath(), $"{Guid.NewGuid()}.jsonl");
        try
        {
            Assert.Equal(0, Run(source, "export-dataset", "--path", file).ExitCode);
            IReadOnlyDictionary<string, string> before = target.Digest();
            CommandLineRun plan = Run(target, "import-dataset", "--path", file, "--what-if");
            Assert.Equal((0, ""), (plan.ExitCode, plan.Error));
            Assert.Equal(before, target.Digest());
            CommandLineRun load = Run(target, "import-dataset", "--path", file, "--confirm:false");
            Assert.Equal(0, load.ExitCode);
            // The application's own indexes are out of date now, and there is an undo file; nothing else is to be said.
            Assert.Matches(
                @"\Adataops import-dataset: warning: .*update_index.*\ndataops import-dataset: undo file: .*\n\z",
                load.Error);
            Assert.Equal(Sum(plan, "WouldChange"), Sum(load, "Count"));
            Assert.Equal(0, Sum(Run(target, "import-dataset", "--path", file), "Count"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_failed_connection_says_what_to_do_and_never_the_password()
    {
        foreach (string database in new[] { $"postgres://dba:{Secret}@127.0.0.1:1/shop",
            $"Host=127.0.0.1;Port=1;Password={Secret};Nonsense=1",
            $"host=127.0.0.1 port=1 password={Secret}" })
        {
            CommandLineRun run = CommandLineRun.Of("find-orphan", "--database", database);
            Assert.Equal((2, ""), (run.ExitCode, run.Output));
            Assert.DoesNotContain(Secret, run.Error);
        }
    }

    private static CommandLineRun Run(TestDatabase site, params string[] arguments) =>
        CommandLineRun.With(new() { ["DATABASE_URL"] = site.Uri }, arguments);

    private static long Sum(CommandLineRun run, string property) =>
        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Sum(l => JsonDocument.Parse(l).RootElement.TryGetProperty(property, out JsonElement value)
                ? value.GetInt64()
                : 0);
}
