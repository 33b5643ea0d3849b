using System.Diagnostics;

namespace DataOps.Surface.Tests;

/// <summary>Where standard output takes nothing: nothing is changed, and no success is reported.</summary>
public sealed class OutputRunTests(PostgresServer server)
{
    [Theory]
    [InlineData(">&-", "find-orphan")]
    [InlineData(">/dev/full", "find-orphan")]
    [InlineData(">&-", "set-site", "--site-name", "Another", "--no-undo")]
    [InlineData(">/dev/full", "set-site", "--site-name", "Another", "--no-undo")]
    public void An_output_that_takes_nothing_is_an_error_before_the_work(string redirection, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell's redirections and /dev/full are Linux's");
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        IReadOnlyDictionary<string, string> before = site.Digest();
        ProcessStartInfo start =
            new("sh",
                ["-c", $"exec {CommandLineRun.InShell} \"$@\" {redirection}", "sh", .. arguments, "--database",
                    site.Uri])
        {
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("[OutputFailed]", error);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void An_export_into_a_slow_pipe_waits_and_takes_no_more_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a shell's pipes are Linux's");
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            create table shop_item (id int primary key, text text not null);
            insert into django_content_type (app_label, model) values ('shop', 'item');
            insert into shop_item select i, repeat('0123456789', 1200000) from generate_series(1, 24) i
            """);
        ProcessStartInfo start =
            new("bash",
                ["-c", $"set -o pipefail; {CommandLineRun.InShell} \"$@\" | (sleep 4; wc -c)", "sh", "export-dataset",
                    "-", "shop.item", "--database", site.Uri])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["DOTNET_GCHeapHardLimit"] = "0x9000000" },
        };
        using Process process = Process.Start(start)!;
        string bytes = process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.True(process.ExitCode == 0, error);
        Assert.InRange(long.Parse(bytes, null), 24 * 12_000_000L, 24 * 12_001_000L);
    }

    [Fact]
    public void A_change_names_its_undo_file_on_standard_error_too()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string undo = Path.Join(Path.GetTempPath(), $"dataops-{Guid.NewGuid():N}.undo.gz");
        try
        {
            CommandLineRun run = CommandLineRun.Of(
                "set-site", "--site-name", "Another", "--undo-path", undo, "--database", site.Uri);
            Assert.Equal(0, run.ExitCode);
            Assert.Contains($"dataops set-site: undo file: {undo}", run.Error);
        }
        finally
        {
            File.Delete(undo);
        }
    }
}
