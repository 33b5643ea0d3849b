using System.Diagnostics;

namespace DataOps.Surface.Tests;

/// <summary>The guide to the nightly audit, run for real: its script, its playbook, and Prometheus' own reader.</summary>
public sealed class NightlyGuideTests : IDisposable
{
    private static readonly string s_guide = Path.Join(Repository.Root, "docs", "guides", "nightly");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dataops-test-");
    private readonly TestDatabase _site;

    public NightlyGuideTests(PostgresServer server)
    {
        _site = server.CopyOf(Site.SampleDamaged);
        _folder.CreateSubdirectory("bin");
        File.WriteAllText(Program("dataops"), $"#!/bin/sh\nexec {CommandLineRun.InShell} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Program("dataops"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose()
    {
        _site.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void The_script_fails_for_what_is_new_and_for_nothing_else()
    {
        (int exitCode, string output, string error) = Run("bash", Path.Join(s_guide, "audit.sh"));
        Assert.True(exitCode == 1, error);
        Assert.Contains("\"Change\":\"New\"", output, StringComparison.Ordinal);
        Assert.Contains("<!DOCTYPE html>", File.ReadAllText(Path.Join(_folder.FullName, "audit.html")),
            StringComparison.Ordinal);

        (exitCode, output, error) = Run("bash", Path.Join(s_guide, "audit.sh"));
        Assert.Equal((0, ""), (exitCode, output));

        // Prometheus' own client reads what was written.
        string metrics = Path.Join(_folder.FullName, "dataops.prom");
        Assert.SkipWhen(Run("/usr/bin/python3", "-c", "import prometheus_client").ExitCode != 0, "There is no Prometheus client.");
        (exitCode, output, error) = Run("/usr/bin/python3", "-c", $"""
            from prometheus_client.parser import text_string_to_metric_families as read
            print(sorted(f.name for f in read(open('{metrics}').read()) if f.samples))
            """);
        Assert.True(exitCode == 0, error);
        Assert.Equal("['dataops_audit_timestamp_seconds', 'dataops_finding_rows', 'dataops_findings', "
            + "'dataops_findings_unknown']", output.Trim());
    }

    [Fact]
    [Trait("Day", "1")]
    public void The_playbook_fails_with_the_problem_that_is_new()
    {
        Assert.SkipWhen(Run("which", "ansible-playbook").ExitCode != 0, "There is no ansible-playbook.");
        Run("dataops", "test-database", "--baseline", Baseline, "--update-baseline", "--severity", "error");
        (int exitCode, string output, _) = Run("ansible-playbook", Path.Join(s_guide, "audit.yml"));
        Assert.True(exitCode == 0, output);
        Assert.Matches("ok=2 +changed=0 ", output);

        _site.Execute("select setval(pg_get_serial_sequence('auth_group', 'id'), 1)");
        _site.Execute("insert into auth_group (id, name) values (700, 'Night watch')");
        (exitCode, output, _) = Run("ansible-playbook", Path.Join(s_guide, "audit.yml"));
        Assert.NotEqual(0, exitCode);
        Assert.Contains("the next rows would get keys that are taken", output, StringComparison.Ordinal);

        // Check mode tells the same, and makes nothing known.
        string[] known = [Path.Join(s_guide, "audit.yml"), "-e", "dataops_audit_update_baseline=true"];
        Assert.NotEqual(0, Run("ansible-playbook", [.. known, "--check"]).ExitCode);
        (exitCode, output, _) = Run("ansible-playbook", known);
        Assert.Contains("changed=1 ", output, StringComparison.Ordinal);
        Assert.Equal(0, Run("ansible-playbook", Path.Join(s_guide, "audit.yml")).ExitCode);
    }

    private string Baseline => Path.Join(_folder.FullName, "baseline.jsonl");

    private (int ExitCode, string Output, string Error) Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program == "dataops" ? Program(program) : program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{Program("")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["DATABASE_URL"] = _site.Uri;
        start.Environment["AUDIT_FOLDER"] = _folder.FullName;
        start.Environment["BASELINE"] = Baseline;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private string Program(string name) => Path.Join(_folder.FullName, "bin", name);
}
