using System.Diagnostics;
using System.Text.Json;
using Npgsql;

namespace DataOps.Surface.Tests;

/// <summary>The guide from production to a developer's machine and back, run for real, its playbook included.</summary>
public sealed class ProductionGuideTests(PostgresServer server) : IDisposable
{
    private static readonly string s_guides = Path.Join(Repository.Root, "docs", "guides");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dataops-test-");
    private readonly TestDatabase _production = server.CopyOf(Site.Sample);

    private string LocalName => $"{_production.Name}_local";

    private string LocalUri => _production.Uri.Replace($"/{_production.Name}", $"/{LocalName}", StringComparison.Ordinal);

    public void Dispose()
    {
        foreach (string? left in _production.Column(
            $"select datname::text from pg_database where datname like '{_production.Name}\\_%'"))
            _production.Execute($"drop database \"{left}\" with (force)");
        _production.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_page_type_is_split_on_a_copy_and_comes_back_with_production_as_it_was_elsewhere()
    {
        Assert.SkipWhen(Run("which", "ansible-playbook").ExitCode != 0, "There is no ansible-playbook.");
        string media = Path.Join(_folder.FullName, "media");
        string local = Path.Join(_folder.FullName, "local");
        Directory.CreateDirectory(media);
        File.WriteAllText(Path.Join(media, "quay.jpg"), "a picture");
        string archive = Path.Join(_folder.FullName, "shop.tar");
        string back = Path.Join(_folder.FullName, "shop.new.tar");
        string[] people = [.. _production.Column("select email from auth_user order by id")!];

        DataOps(_production.Uri, "backup-site", archive, "--storage", $"media={media}");
        DataOps(_production.Uri, "restore-site", archive, "--new-database", LocalName, "--storage", $"media={local}", "-y");
        string undo = DataOps(LocalUri, "switch-environment", Path.Join(s_guides, "production-to-local", "local.environment.json"), "-y")
            .GetProperty("UndoPath").GetString()!;
        Assert.Equal("localhost:8000", DataOps(LocalUri, "get-site").GetProperty("Site").GetString());
        Assert.Equal(0, Run("psql", "-qd", LocalUri, "-f", Path.Join(s_guides, "blog-to-podcast", "podcast.sql")).ExitCode);
        DataOps(LocalUri, "convert-page", "/home/log/", "--to", "news.podcast", "--prefix", "new_",
            "--default", "keywords=", "--default", "explicit=1", "-y");
        Assert.True(DataOps(LocalUri, "undo-change", undo, "-y").GetProperty("Changed").GetBoolean());
        DataOps(LocalUri, "backup-site", back, "--storage", $"media={local}");

        Assert.Matches("ok=2 +changed=1 ", Play(back, media, "--check"));
        Assert.Equal(0L, _production.Scalar<long>("select count(*) from pg_tables where tablename = 'news_podcast'"));
        Assert.Matches("ok=2 +changed=1 ", Play(back, media));

        // Connections to what is kept now under another name.
        NpgsqlConnection.ClearAllPools();
        Assert.Equal(1L, _production.Scalar<long>("select count(*) from news_podcast"));
        Assert.Equal("lantern-quay.example", _production.Scalar<string>("select hostname from wagtailcore_site"));
        Assert.Equal(people, _production.Column("select email from auth_user order by id"));
        Assert.Equal("a picture", File.ReadAllText(Path.Join(media, "quay.jpg")));
    }

    private JsonElement DataOps(string uri, params string[] arguments)
    {
        (int exitCode, string output, string error) =
            Run("sh", ["-c", $"exec {CommandLineRun.InShell} \"$@\"", "sh", .. arguments, uri]);
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)}: {error}");
        return JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]).RootElement;
    }

    private string Play(string archive, string media, params string[] options)
    {
        (int exitCode, string output, string error) = Run(
            "env", [$"ARCHIVE={archive}", $"MEDIA={media}", "ansible-playbook", Path.Join(s_guides, "production-to-local", "restore.yml"), .. options]);
        Assert.True(exitCode == 0, output + error);
        return output;
    }

    private (int ExitCode, string Output, string Error) Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Bin()}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["DATABASE_URL"] = _production.Uri;
        start.Environment["XDG_STATE_HOME"] = _folder.FullName;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private string Bin()
    {
        string bin = _folder.CreateSubdirectory("bin").FullName;
        string program = Path.Join(bin, "dataops");
        if (File.Exists(program))
            return bin;
        File.WriteAllText(program, $"#!/bin/sh\nexec {CommandLineRun.InShell} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return bin;
    }
}
