using System.Text.RegularExpressions;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Django.Migrations;

/// <summary>A folder of migrations.</summary>
/// <param name="App">The label of its app.</param>
/// <param name="Module">The module of the app.</param>
/// <param name="Folder">The folder.</param>
/// <param name="Files">Its files, by the names of the migrations.</param>
internal sealed record MigrationFolder(
    string App, string Module, string Folder, IReadOnlyDictionary<string, string> Files);

/// <summary>The folders of migrations among files.</summary>
/// <param name="All">The folders, several for one app where there are several.</param>
/// <param name="Nameless">Folders of migrations of which nothing says of which app they are, and the names of these.
/// </param>
internal sealed partial record MigrationFolders(
    IReadOnlyList<MigrationFolder> All, IReadOnlyList<(string Folder, IReadOnlyList<string> Names)> Nameless)
{
    private const string Usual = "migrations";

    /// <summary>
    /// Finds them: folders that settings name, else those named migrations, else those whose migrations name their own
    /// app in their dependencies.
    /// </summary>
    /// <param name="files">The files.</param>
    /// <param name="modules">MIGRATION_MODULES: the modules of migrations by the labels of their apps.</param>
    public static MigrationFolders Find(PythonFiles files, IReadOnlyDictionary<string, string> modules)
    {
        ILookup<string, string> byFolder = files.Paths.Where(IsMigration).ToLookup(p => p[..p.LastIndexOf('/')]);
        List<MigrationFolder> found = [];
        foreach ((string app, string module) in modules)
            found.AddRange(byFolder.Where(f => $"/{f.Key}".EndsWith(
                $"/{module.Replace('.', '/')}", StringComparison.Ordinal)).Select(f => FolderOf(files, f, app)));
        HashSet<string> named = [.. found.Select(f => f.Folder)];
        ILookup<bool, IGrouping<string, string>> others = byFolder.Where(f => !named.Contains(f.Key))
            .ToLookup(f => NameOf(f.Key) == Usual);
        found.AddRange(others[true].Select(f => FolderOf(files, f, null)).Where(f => !modules.ContainsKey(f.App)));
        HashSet<string> apps = [.. found.Select(f => f.App), .. modules.Keys];
        List<(string, IReadOnlyList<string>)> nameless = [];
        foreach (IGrouping<string, string> folder in others[false])
        {
            string[] numbered = [.. folder.Where(p => Numbered().IsMatch(NameOf(p)))];
            if (numbered.Length == 0)
                continue;
            MigrationFile[] read = [.. numbered.Select(p => MigrationFile.Read(files, new("", NameOf(p)[..^3]), p))];
            if (!read.Any(f => f.IsMigration && f.Doubts.Count == 0))
                continue;
            if (OwnAppOf(read) is not { } app)
                nameless.Add((folder.Key, [.. read.Select(f => f.Key.Name)]));
            else if (!apps.Contains(app))
                found.Add(FolderOf(files, folder, app));
        }
        return new(
            [.. found.OrderBy(f => f.App, StringComparer.Ordinal).ThenBy(f => f.Folder, StringComparer.Ordinal)],
            nameless);
    }

    private static bool IsMigration(string path) =>
        path.Contains('/') && NameOf(path) is not ("__init__.py" or ['_' or '~', ..]);

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    // The app whose migrations of these names all but the first depend on or replace; null where several are, or none.
    private static string? OwnAppOf(MigrationFile[] files)
    {
        HashSet<string> names = [.. files.Select(f => f.Key.Name)];
        return files.SelectMany(f => f.Dependencies.Where(d => names.Contains(d.Name) && d.Name != f.Key.Name)
                .Concat(f.Replaces).Select(d => (d.App, f.Key.Name)).Distinct())
            .GroupBy(d => d.App).Where(app => app.Count() >= files.Length - 1).Select(app => app.Key).ToArray()
            is [var only] ? only : null;
    }

    private static MigrationFolder FolderOf(PythonFiles files, IGrouping<string, string> folder, string? label)
    {
        string[] paths = [.. folder];
        string module = files.ModuleOf(paths[0]);
        // A folder above the migrations that is no package is the app all the same.
        string app = module.Split('.') is [.. { Length: > 0 } parent, _, _] ? string.Join('.', parent)
            : folder.Key.Split('/') is [.., var above, _] ? above : "";
        label ??= LabelOf(files, app) ?? app[(app.LastIndexOf('.') + 1)..];
        return new(label, app, folder.Key, paths.ToDictionary(p => p[(folder.Key.Length + 1)..^".py".Length]));
    }

    // AppConfig.label, of the configuration that Django would take; null where none says another than the package's.
    private static string? LabelOf(PythonFiles files, string app)
    {
        if (files.Module(app)?.Find("default_app_config") is ValueBinding named
            && files.Module(app)!.Evaluate(named).Text is { } path && path.LastIndexOf('.') is > 0 and var dot
            && files.Module(path[..dot]) is { } other
            && other.Find(path[(dot + 1)..]) is ClassBinding { Class: var chosen })
            return AttributeOf(other, chosen, "label")?.Text;
        if (files.Module($"{app}.apps") is not { } apps)
            return null;
        ClassStatement[] classes = [.. apps.Module.Body.OfType<ClassStatement>()
            .Where(c => AttributeOf(apps, c, "name") is not { } name || name.Text is null || name.Text == app)];
        return (classes.FirstOrDefault(c => AttributeOf(apps, c, "default") is { AsCondition: true })
                ?? classes.FirstOrDefault(c => AttributeOf(apps, c, "label") is not null)) is { } config
            ? AttributeOf(apps, config, "label")?.Text
            : null;
    }

    private static PythonValue? AttributeOf(ModuleScope scope, ClassStatement @class, string name) =>
        @class.Find(name) is { } value ? new Evaluator(scope).Evaluate(value) : null;

    // As makemigrations names them.
    [GeneratedRegex(@"^\d{4}_\w+\.py$")]
    private static partial Regex Numbered();
}
