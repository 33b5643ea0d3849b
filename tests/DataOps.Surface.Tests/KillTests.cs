using System.Diagnostics;
using DataOps.Core.Tests.Support;

namespace DataOps.Surface.Tests;

/// <summary>
/// Commands killed at a random moment: the database is as it was, or the undo file gives all of it back; nothing stays
/// locked, and the same command works afterwards.
/// </summary>
public sealed class KillTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private const string Dataset = "load.json";

    private static readonly string[][] s_commands =
    [
        ["import-dataset", "--path", Dataset, "--on-conflict", "Replace"],
        ["repair-orphan", "--class", "Generic,ForeignKey", "--table", "taggit_*,events_*", "--reference", "*",
            "--action", "Delete", "--on-dependent", "Cascade", "--confirm:false"],
        ["repair-orphan", "--class", "Generic", "--reference", "*", "--action", "Delete", "--batch-size", "1",
            "--confirm:false"],
        ["repair-tree", "--orphan", "Reattach"],
        ["move-page", "--id", "12", "--to", "4"],
        ["set-site", "--host-name", "localhost", "--port", "8000"],
        ["remove-stale-content-type", "--stale-model", "shop.order", "--force", "--on-dependent", "Cascade",
            "--confirm:false"],
    ];

    private readonly ImportFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_command_killed_at_any_moment_leaves_all_or_nothing_and_an_undo_file_for_all()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("DATAOPS_SEED"), out int given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"DATAOPS_SEED={seed}");
        Random random = new(seed);
        string rows = string.Join(",\n", Enumerable.Range(900, 3000).Select(
            i => $$$"""{"model": "auth.group", "pk": {{{i}}}, "fields": {"name": "Group {{{i}}}", "permissions": [1, 2]}}"""));
        string dataset = _files.Json($"[{rows}]");
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        IReadOnlyDictionary<string, string> before = site.Digest();
        (int Killed, int Done) counts = (0, 0);
        // As long as a command needs here, at most; what it is killed at is random.
        int[] longest = [.. s_commands.Select(_ => 4000)];
        // After the first round it is known how long each takes here, and few end before they are killed.
        for (int round = 0; round < Rounds.Of(5) || (counts.Killed == 0 && round < Rounds.Of(50)); round++)
        {
            int number = round % s_commands.Length;
            string[] command = [.. s_commands[number].Select(a => a == Dataset ? dataset : a)];
            string undo = _files.Path($"k{round}.undo.gz");
            using Process process = CommandLineRun.Start(
                new() { ["DATABASE_URL"] = site.Uri }, [.. command, "--undo-path", undo]);
            long start = Stopwatch.GetTimestamp();
            bool ended = process.WaitForExit(random.Next(200, longest[number]));
            if (ended)
                longest[number] = Math.Max(300, (int)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            else
                process.Kill();
            process.WaitForExit();
            WaitForTheServer(site);
            counts = ended ? (counts.Killed, counts.Done + 1) : (counts.Killed + 1, counts.Done);
            string where = $"seed {seed}, round {round}: {string.Join(' ', command)}";
            IReadOnlyDictionary<string, string> after = site.Digest();
            if (!Equal(before, after))
            {
                Assert.True(File.Exists(undo), where);
                CommandLineRun undone = CommandLineRun.With(
                    new() { ["DATABASE_URL"] = site.Uri }, "undo-change", "--path", undo, "--no-undo");
                Assert.True(undone.ExitCode == 0, $"{where}: {undone.Error}");
            }
            Assert.True(Equal(before, site.Digest()), where);
        }
        output.WriteLine($"{counts.Killed} were killed, {counts.Done} had ended");
        Assert.True(counts.Killed > 0);
    }

    [Fact]
    [Trait("Day", "2")]
    public void A_command_killed_while_it_reads_an_encrypted_archive_leaves_no_row_in_the_clear()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/gpg"), "there is no gpg, or no /proc");
        using TestDatabase site = server.CopyOf(Site.Sample);
        DirectoryInfo home = Directory.CreateTempSubdirectory("dataops-gpg-");
        try
        {
            string temporary = home.CreateSubdirectory("tmp").FullName;
            // Large enough for a look while it is decrypted, and while it is read.
            string media = home.CreateSubdirectory("media").FullName;
            byte[] noise = new byte[40 << 20];
            Random.Shared.NextBytes(noise);
            File.WriteAllBytes(Path.Join(media, "noise"), noise);
            void Gpg(params string[] arguments) => Process.Start("gpg",
                ["--homedir", home.FullName, "--batch", "--quiet", "--passphrase", "", .. arguments])!.WaitForExit();
            (string open, string secret, string archive) =
                (Path.Join(home.FullName, "key"), Path.Join(home.FullName, "secret"), Path.Join(home.FullName, "site.tar"));
            Gpg("--quick-generate-key", "keeper", "future-default", "default", "never");
            Gpg("--output", open, "--export", "keeper");
            Gpg("--output", secret, "--export-secret-keys", "keeper");
            CommandLineRun backup = CommandLineRun.Of(
                "backup-site", archive, "--storage", $"media={media}", "--recipient", open, site.Uri);
            Assert.True(backup.ExitCode == 0, backup.Error);
            foreach (long most in new[] { 1L, noise.Length })
            {
                using Process process = CommandLineRun.Start(
                    new() { ["TMPDIR"] = temporary }, "test-backup", archive, "--key-file", secret);
                SpinWait.SpinUntil(() => process.HasExited || Clear(process, temporary) >= most, 60_000);
                Assert.False(process.HasExited, "it ended before it was killed");
                process.Kill();
                process.WaitForExit();
                Assert.Empty(Directory.GetFiles(temporary, "dataops-*"));
            }
        }
        finally
        {
            Process.Start("gpgconf", ["--homedir", home.FullName, "--kill", "all"])!.WaitForExit();
            home.Delete(recursive: true);
        }
    }

    // The size of the decrypted archive that a process has open; 0 for none.
    private static long Clear(Process process, string folder)
    {
        try
        {
            if (Array.Find(Directory.GetFiles($"/proc/{process.Id}/fd"), f => File.ResolveLinkTarget(f, false)?.FullName
                .StartsWith($"{folder}/dataops-", StringComparison.Ordinal) == true) is not { } clear)
                return 0;
            using FileStream file = new(clear, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return file.Length;
        }
        // It ends, or has just closed it.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static bool Equal(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.OrderBy(t => t.Key).SequenceEqual(other.OrderBy(t => t.Key));

    // What the server still does for the process that is gone.
    private static void WaitForTheServer(TestDatabase site)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (site.Scalar<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'DataOps/%'")
            > 0)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "the server still works for it");
            Thread.Sleep(20);
        }
    }
}
