using System.Text;
using DataOps.Core.Django.Migrations;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Tests.Django.Migrations;

/// <summary>Migrations for tests, as texts or as files.</summary>
internal static class History
{
    private const string Start = """
        from django.db import migrations, models
        from django.conf import settings

        class Migration(migrations.Migration):

        """;

    /// <summary>The Python files below folders.</summary>
    public static PythonFiles FilesBelow(IEnumerable<string> paths) => new(paths
        .SelectMany(p => File.Exists(p) ? [p] : Directory.EnumerateFiles(p, "*.py", SearchOption.AllDirectories))
        .Select(p => (p, (Func<byte[]>)(() => File.ReadAllBytes(p))))) { Known = MigrationHistory.Known };

    /// <summary>Files by their paths and texts.</summary>
    public static PythonFiles FilesOf(params (string Path, string Text)[] files) =>
        new(files.Select(f => (f.Path, (Func<byte[]>)(() => Encoding.UTF8.GetBytes(f.Text))))) { Known = MigrationHistory.Known };

    /// <summary>A migration of these lines of its class.</summary>
    public static string Migration(params string[] lines) =>
        $"{Start}{string.Join('\n', lines.Select(l => $"    {l.Replace("\n", "\n    ")}"))}\n";

    /// <summary>The folders of migrations among files.</summary>
    public static IReadOnlyList<MigrationFolder> FoldersOf(PythonFiles files) =>
        MigrationFolders.Find(files, SiteSettings.None.MigrationModules).All;

    /// <summary>The history that files tell.</summary>
    public static MigrationHistory Of(params (string Path, string Text)[] files)
    {
        PythonFiles all = FilesOf(files);
        return MigrationHistory.Read(
            all, FoldersOf(all), new HashSet<MigrationKey>(), new Dictionary<string, ModelLabel>());
    }

    /// <summary>The models after all of them.</summary>
    public static ProjectState Last(this MigrationHistory history) => history.StateAt(history.Graph.Leaves);
}
