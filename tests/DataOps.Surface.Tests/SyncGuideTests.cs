using System.Diagnostics;
using System.Text.Json;

namespace DataOps.Surface.Tests;

/// <summary>The guide's script and playbook for hosts without PowerShell, run for real.</summary>
public sealed class SyncGuideTests : IDisposable
{
    private static readonly string s_guide = Path.Join(Repository.Root, "docs", "guides", "sync");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dataops-test-");
    private readonly TestDatabase _source;
    private readonly TestDatabase _target;

    public SyncGuideTests(PostgresServer server)
    {
        (_source, _target) = (server.Blank(), server.Blank());
        foreach (TestDatabase site in (TestDatabase[])[_source, _target])
            site.Execute(File.ReadAllText(Path.Join(s_guide, "polls.sql")));
        _source.Execute(
            "delete from polls_choice where id in (9, 12); update polls_question set question_text = 'Why?', " +
                "update_requested = true where id = 4");
        _folder.CreateSubdirectory("bin");
        File.WriteAllText(Program("dataops"), $"#!/bin/sh\nexec {CommandLineRun.InShell} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Program("dataops"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void The_script_brings_what_was_requested_deletions_included_and_nothing_else()
    {
        IReadOnlyDictionary<string, string> source = _source.Digest();
        IReadOnlyDictionary<string, string> target = _target.Digest();

        (int exitCode, string output, string error) = Run("bash", Path.Join(s_guide, "sync.sh"), "--check");
        Assert.True(exitCode == 0, error);
        Assert.Equal(2, JsonDocument.Parse(output).RootElement.GetProperty("WouldChange").GetInt32());
        AssertUnchanged(source, target);

        (exitCode, output, error) = Run("bash", Path.Join(s_guide, "sync.sh"));
        Assert.True(exitCode == 0, error);
        Assert.Equal(1, JsonDocument.Parse(output).RootElement.GetProperty("Deleted").GetInt32());
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"],
            _target.Column("select c.id from polls_choice c order by c.id"));
        Assert.Equal(["Why?"], _target.Column("select question_text from polls_question where id = 4"));
        Assert.Empty(_source.Column("select id from polls_question where update_requested"));

        (exitCode, output, _) = Run("bash", Path.Join(s_guide, "sync.sh"));
        Assert.Equal((0, ""), (exitCode, output));
    }

    [Fact]
    public void A_refused_load_leaves_the_request_as_it_was()
    {
        IReadOnlyDictionary<string, string> source = _source.Digest();
        IReadOnlyDictionary<string, string> target = _target.Digest();

        (int exitCode, _, string error) = RunWith(
            new() { ["MAX_DELETE"] = "10%" }, "bash", Path.Join(s_guide, "sync.sh"));

        Assert.Equal(2, exitCode);
        Assert.Contains("would delete 1 of the 3 rows of polls.choice", error, StringComparison.Ordinal);
        AssertUnchanged(source, target);
    }

    [Fact]
    public void The_playbook_is_changed_and_then_ok()
    {
        Assert.SkipWhen(Find("ansible-playbook") is null, "There is no ansible-playbook.");
        IReadOnlyDictionary<string, string> target = _target.Digest();

        Assert.Matches("ok=1 +changed=1 ", Play("--check"));
        Assert.Equal(target, _target.Digest());
        Assert.Matches("ok=1 +changed=1 ", Play());
        Assert.Equal(["Why?"], _target.Column("select question_text from polls_question where id = 4"));
        Assert.Matches("ok=1 +changed=0 ", Play());
    }

    private void AssertUnchanged(IReadOnlyDictionary<string, string> source, IReadOnlyDictionary<string, string> target)
    {
        Assert.Equal(source, _source.Digest());
        Assert.Equal(target, _target.Digest());
    }

    // As on a host that has no pwsh.
    private string Play(params string[] options) =>
        Run("ansible-playbook", [Path.Join(s_guide, "sync.yml"), "--extra-vars", "pwsh=", .. options]).Output;

    private (int ExitCode, string Output, string Error) Run(string program, params string[] arguments) =>
        RunWith([], program, arguments);

    private (int ExitCode, string Output, string Error) RunWith(
        Dictionary<string, string> environment, string program, params string[] arguments)
    {
        ProcessStartInfo start =
            new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Program("")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["SOURCE"] = _source.Uri;
        start.Environment["TARGET"] = _target.Uri;
        start.Environment["XDG_STATE_HOME"] = _folder.FullName;
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private string Program(string name) => Path.Join(_folder.FullName, "bin", name);

    private static string? Find(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Join(folder, program))
            .FirstOrDefault(File.Exists);
}
