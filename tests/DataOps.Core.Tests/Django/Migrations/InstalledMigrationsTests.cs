using System.Diagnostics;
using DataOps.Core.Django.Migrations;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Tests.Django.Migrations;

/// <summary>The migrations of every Django package of the machine are understood, each of their models.</summary>
public sealed class InstalledMigrationsTests(ITestOutputHelper output)
{
    // Other folders, joined by colons, one site each: DATAOPS_MIGRATIONS=/srv/shop:/srv/blog
    private static string[] Folders =>
        Environment.GetEnvironmentVariable("DATAOPS_MIGRATIONS")?.Split(':') ?? ["/usr/lib/python3/dist-packages"];

    [Fact]
    public void Every_migration_is_understood()
    {
        string[] folders = [.. Folders.Where(Directory.Exists)];
        Assert.SkipWhen(folders.Length == 0, "There are no Python packages on this machine.");
        List<string> doubts = [];
        foreach (string folder in folders)
        {
            long start = Stopwatch.GetTimestamp();
            PythonFiles files = History.FilesBelow([folder]);
            // Of apps of one name only one can be installed.
            MigrationFolder[] found = [.. History.FoldersOf(files).DistinctBy(f => f.App)];
            double listed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            MigrationHistory history = MigrationHistory.Read(
                files, found, new HashSet<MigrationKey>(), new Dictionary<string, ModelLabel>());
            double read = Stopwatch.GetElapsedTime(start).TotalSeconds;
            ProjectState state = history.StateAt(history.Graph.Leaves);
            output.WriteLine($"{folder}: {found.Sum(f => f.Files.Count)} migrations of {found.Length} apps, "
                + $"{state.Models.Count} models; listed {listed:0.00}, read {read:0.00}, "
                + $"replayed {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s");
            doubts.AddRange(state.AppDoubts.Values.SelectMany(d => d)
                .Concat(state.Models.Values.SelectMany(m => m.Doubts)).Concat(history.Problems)
                .Select(d => d.ToString()).Distinct());
            doubts.AddRange(state.Models.Values.SelectMany(m => m.Fields
                .Where(f => f.Field.Kind == FieldKind.Unknown)
                .Select(f => $"{f.Field.Place}: {m.Label}.{f.Name} is a {f.Field.Class.Path}")));
        }
        Assert.True(doubts.Count == 0, $"{doubts.Count} doubts:\n{string.Join('\n', doubts)}");
    }
}
