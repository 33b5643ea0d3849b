using System.Diagnostics;
using DataOps.Core.Features.Backups;
using DataOps.Core.Kernel;
using Npgsql;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>
/// Backups and restores that are cut off at a random moment: the process is killed, the server ends a connection, the
/// network breaks, at once or after it stood still. What was there is as it was, and the next run works.
/// </summary>
public sealed class CutOffTests : IDisposable
{
    private const string Application = "Cut-Off";
    private const int Kinds = 4;

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly BackupFiles _files = new();
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("dataops-cut-");
    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly ITestOutputHelper _output;
    private readonly Random _random;
    private readonly int _first;
    private readonly TestDatabase _site;
    private readonly string _media;

    public CutOffTests(PostgresServer server, ITestOutputHelper output)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("DATAOPS_SEED"), out int given)
            ? given
            : Random.Shared.Next();
        (_output, _random) = (output, new(seed));
        // Half of the kinds in an everyday run, others each time.
        _first = _random.Next(Kinds);
        output.WriteLine($"DATAOPS_SEED={seed}");
        _site = server.CopyOf(Site.Sample);
        _media = _files.Media("media", ("a.txt", "one"), ("b.txt", new string('b', 1 << 16)));
    }

    private enum Cut
    {
        Client,
        Connection,
        Network,
        StalledNetwork,
    }

    public void Dispose()
    {
        _output.WriteLine(string.Join("\n", _outcomes.Select(o => $"{o.Value} x {o.Key}")));
        NpgsqlConnection.ClearAllPools();
        foreach (string other in Others())
            _site.Execute($"drop database {other} with (force)");
        _site.Dispose();
        _temporary.Delete(recursive: true);
        _files.Dispose();
    }

    [Fact, Trait("Day", "0")]
    public void A_backup_that_is_cut_off_leaves_nothing_under_its_name_and_the_next_is_whole()
    {
        SiteState live = State();
        long rows = live.Rows.Values.Sum(d => long.Parse(d.Split(':')[0], null));
        SiteCommand command = new(_site.Uri, Application, _files.New(), false, _media, false);
        Scale scale = Measure(command);
        for (int round = _first; round < _first + Rounds.Of(2); round++)
        {
            (Cut cut, bool isFolder) = ((Cut)(round % Kinds), (round + (round / Kinds)) % 2 == 0);
            command = command with { Path = _files.New(), AsFolder = isFolder };
            string name = Path.GetFileName(command.Path);

            string outcome = CutOff(command, cut, scale);

            bool isThere = Path.Exists(command.Path);
            string[] hidden = [.. _files.Names.Where(n => n.StartsWith($".{name}.", StringComparison.Ordinal))];
            Note(isFolder ? "folder" : "tar", cut, outcome, isThere ? "whole" : "none", $"{hidden.Length} hidden");
            // Who is killed just after the archive got its name has not said so.
            Assert.True(isThere == outcome.StartsWith("ended", StringComparison.Ordinal) || (isThere && cut == Cut.Client), $"{cut}: {outcome}");
            Assert.True(hidden.Length == 0 || cut == Cut.Client, $"{cut}: {string.Join(", ", hidden)}");
            Assert.True(live.Is(State()), $"{cut}: {outcome}");
            if (isThere)
                Assert.Equal(rows, Read(command.Path));
            string again = _files.New();
            (command with { Path = again }).Run();
            Assert.Equal(rows, Read(again));
            foreach (string made in hidden.Append(name).Append(Path.GetFileName(again)))
                Remove(Path.Combine(_files.Folder, made));
            Assert.Equal(["media"], _files.Names.Where(n => n != "1.tar"));
        }
    }

    [Fact, Trait("Day", "2")]
    public void A_restore_that_is_cut_off_leaves_the_site_as_it_was_and_the_next_removes_what_it_left()
    {
        string own = _files.Backup(_site, new() { Storage = [$"media={_media}"] });
        string dump = _files.Dump(_site, "-Fc");
        SiteState archived = State();
        Scale scale = Measure(new(_site.Uri, Application, own, true, _media, false));
        Spoil();
        SiteState live = State();
        for (int round = _first; round < _first + Rounds.Of(2); round++)
        {
            (Cut cut, bool isDump) = ((Cut)(round % Kinds), (round + (round / Kinds)) % 2 == 0);
            SiteCommand command = new(
                _site.Uri, Application, isDump ? dump : own, true, isDump ? null : _media, false);
            SiteState restored = archived with { Files = isDump ? live.Files : archived.Files };
            Spoil();

            string outcome = CutOff(command, cut, scale);

            SiteState now = State();
            string[] left = Others();
            bool isDone = restored.Is(now);
            Note(isDump ? "dump" : "own", cut, outcome, isDone ? "restored" : live.Is(now) ? "as it was" : "NEITHER",
                $"left: {string.Join(", ", left.Select(n => n.Split('_')[^2]))}");
            // The network broke during the commit, and was not there again to ask what became of it.
            Assert.True(isDone || live.Is(now) || outcome.EndsWith("CommitUnknown", StringComparison.Ordinal),
                $"round {round}, {cut}: {outcome}");
            Assert.True(isDone || !outcome.StartsWith("ended", StringComparison.Ordinal), $"round {round}, {cut}");
            // As long as the server can be reached, nothing unfinished is left.
            Assert.True(cut != Cut.Connection || !left.Any(n => n.Contains("_restore_")), $"{cut}: {outcome}");
            // The names of what a restore makes end in the second in which it began.
            Thread.Sleep(TimeSpan.FromSeconds(1));
            RestoreResult plan = Restore(command, whatIf: true);
            RestoreResult done = Restore(command, whatIf: false);

            // In the first moment of its life a database has no mark yet, and is nobody's for ten minutes.
            string[] unmarked = [.. Others().Where(IsUnmarked)];
            Assert.Empty(left.Except(unmarked).Except(plan.Pruned?.Split(',') ?? []));
            Assert.Equal([done.KeptDatabase!], Others().Except(unmarked));
            Assert.True(restored.Is(State()), $"round {round}, after {cut}: {outcome}");
            foreach (string young in unmarked)
                _site.Execute($"drop database {young}");
        }
        Assert.All(_files.Names.Where(n => n.StartsWith("media_", StringComparison.Ordinal)),
            n => Assert.StartsWith("media_before_", n, StringComparison.Ordinal));
    }

    private sealed record SiteState(IReadOnlyDictionary<string, string> Rows, Dictionary<string, string> Files)
    {
        public bool Is(SiteState other) => Same(Rows, other.Rows) && Same(Files, other.Files);

        private static bool Same(
            IEnumerable<KeyValuePair<string, string>> one, IEnumerable<KeyValuePair<string, string>> other) =>
            one.OrderBy(p => p.Key, StringComparer.Ordinal)
                .SequenceEqual(other.OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    /// <summary>How long a command takes here, in a new process and in this one, and how much it sends.</summary>
    private sealed record Scale(TimeSpan Process, TimeSpan Here, long Bytes);

    private Scale Measure(SiteCommand command)
    {
        TimeSpan process = Killed(command, s_longest).Took;
        RemoveAnew(command);
        // The first run here takes longer than all others: with many rounds, most would have ended before they are cut.
        if (Rounds.Of(1) > 1)
        {
            command.Run();
            RemoveAnew(command);
        }
        using CutNetwork network = new(_site.Port);
        long start = Stopwatch.GetTimestamp();
        Through(network, command).Run();
        TimeSpan here = Stopwatch.GetElapsedTime(start);
        RemoveAnew(command);
        return new(process, here, network.Bytes);
    }

    private string CutOff(SiteCommand command, Cut cut, Scale scale)
    {
        try
        {
            switch (cut)
            {
                case Cut.Client:
                    return Killed(command, scale.Process * Moment()).Outcome;
                case Cut.Connection:
                    return Ended(command, scale.Here * Moment());
                default:
                    using (CutNetwork network = new(_site.Port, _random.NextInt64(scale.Bytes),
                        cut == Cut.StalledNetwork ? TimeSpan.FromMilliseconds(_random.Next(300)) : default))
                        return Outcome(Task.Run(Through(network, command).Run));
            }
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            WaitForTheServer();
        }
    }

    // At first it only reads: most moments are late ones.
    private double Moment() => Math.Sqrt(_random.NextDouble());

    private (string Outcome, TimeSpan Took) Killed(SiteCommand command, TimeSpan after)
    {
        using Process process = Victim.Start(command, _temporary.FullName);
        Assert.Equal("begin", process.StandardOutput.ReadLine());
        long start = Stopwatch.GetTimestamp();
        bool ended = process.WaitForExit(after);
        if (!ended)
            process.Kill();
        process.WaitForExit();
        return (ended ? "ended" : "killed", Stopwatch.GetElapsedTime(start));
    }

    private string Ended(SiteCommand command, TimeSpan after)
    {
        Task run = Task.Run(command.Run);
        Thread.Sleep(after);
        // Any of its connections, pg_dump's among them.
        bool isHit = false;
        while (!isHit && !run.IsCompleted)
            isHit = _site.Column($"""
                select pg_terminate_backend(pid) from (select pid from pg_stat_activity where {Ours} order by random() limit 1) p
                """).Count > 0;
        string outcome = Outcome(run);
        return isHit || outcome != "ended" ? outcome : "ended before";
    }

    // Any other failure than one with advice is the test's.
    private static string Outcome(Task run)
    {
        try
        {
            Assert.True(run.Wait(s_longest), "it does not end");
            return "ended";
        }
        catch (AggregateException e) when (e.InnerException is DataOpsException failure)
        {
            return $"{failure.Kind} {failure.Id}";
        }
    }

    private string Ours => $"""
        (application_name = 'DataOps/{Application}'
          or datname = '{_site.Name}' and application_name like 'DataOps/%pg_dump')
        """;

    private void WaitForTheServer()
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (_site.Scalar<long>($"select count(*) from pg_stat_activity where {Ours}") > 0)
        {
            Assert.True(clock.Elapsed < s_longest, "the server still works for it");
            Thread.Sleep(10);
        }
    }

    private SiteCommand Through(CutNetwork network, SiteCommand command) => command with
    {
        Uri = command.Uri.Replace($":{_site.Port}/", $":{network.Port}/", StringComparison.Ordinal),
    };

    private RestoreResult Restore(SiteCommand command, bool whatIf)
    {
        using Session session = _site.Open();
        RestoreSiteOptions options = new()
        {
            Path = command.Path, Storage = command.Storage, Prune = true, WhatIf = whatIf,
        };
        RestoreResult result = (RestoreResult)new RestoreSite().Run(session, options, new()).Last();
        NpgsqlConnection.ClearAllPools();
        return result;
    }

    private void RemoveAnew(SiteCommand command)
    {
        NpgsqlConnection.ClearAllPools();
        if (!command.Restores)
            Remove(command.Path);
        else
            // Names of the next end in another second.
            Thread.Sleep(TimeSpan.FromSeconds(1));
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        File.Delete(path);
    }

    // What the site has become since it was backed up, always the same.
    private void Spoil()
    {
        _site.Execute("truncate auth_group cascade");
        File.WriteAllText(Path.Combine(_media, "a.txt"), "changed");
        File.WriteAllText(Path.Combine(_media, "late.txt"), "three");
    }

    private SiteState State() => new(_site.Digest(), BackupFiles.Content(_media));

    private string[] Others() => [.. _site.Column($"""
        select datname from pg_database where starts_with(datname, '{_site.Name}_') order by 1
        """).Select(n => n!)];

    private bool IsUnmarked(string database) => _site.Scalar<bool>($"""
        select shobj_description(oid, 'pg_database') is null from pg_database where datname = '{database}'
        """);

    private static long Read(string path) => new TestBackup().Run(new() { BackupFile = [path] }, new()).Single().Rows;

    private void Note(params object[] what) =>
        _outcomes[string.Join("; ", what)] = _outcomes.GetValueOrDefault(string.Join("; ", what)) + 1;
}
