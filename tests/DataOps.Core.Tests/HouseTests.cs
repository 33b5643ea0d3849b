using System.Text.RegularExpressions;
using DataOps.Core.Tests.Support.Servers;

namespace DataOps.Core.Tests;

/// <summary>The rooms of the core as docs/architecture.md draws them: namespaces are folders, and imports run downwards.</summary>
public sealed partial class HouseTests
{
    // What a room may import besides itself.
    private static readonly Dictionary<string, string[]> s_below = new()
    {
        ["Kernel"] = [],
        ["Postgres"] = ["Kernel"],
        ["Operations"] = ["Kernel", "Postgres"],
        ["Django"] = ["Kernel", "Postgres", "Operations"],
        ["Definitions"] = ["Kernel", "Postgres", "Operations", "Django"],
        ["Files"] = ["Kernel", "Postgres", "Operations", "Django", "Definitions"],
        ["Changes"] = ["Kernel", "Postgres", "Operations", "Django", "Definitions"],
        ["PageRepair"] = ["Kernel", "Postgres", "Operations", "Django", "Definitions", "Changes"],
        ["Features"] =
            ["Kernel", "Postgres", "Operations", "Django", "Definitions", "Files", "Changes", "PageRepair"],
    };

    private static readonly string s_core = Path.Combine(Repository.Root, "src", "DataOps.Core");

    [Fact]
    public void Namespaces_are_folders()
    {
        IEnumerable<string> wrong = Sources().Where(f => NamespaceOf(f.Text) != "DataOps.Core." + f.Folder.Replace('/', '.'))
            .Select(f => f.Folder + "/" + f.Name);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Imports_run_downwards_and_no_feature_imports_another()
    {
        IEnumerable<string> wrong = from file in Sources()
                                    from import in file.Imports
                                    where !MayImport(file.Folder.Split('/'), import.Split('.'))
                                    select $"{file.Folder}/{file.Name} imports {import}";
        Assert.Empty(wrong);
    }

    // The audit of everything asks every other audit.
    private static bool MayImport(string[] from, string[] to) => from[0] != to[0]
        ? s_below[from[0]].Contains(to[0])
        : from[0] != "Features" || from[1] == to[1] || from[1] == "Audits";

    private static IEnumerable<Source> Sources() => CodeBelow(s_core).Select(path => new Source(
        Path.GetDirectoryName(Path.GetRelativePath(s_core, path))!.Replace('\\', '/'), Path.GetFileName(path), File.ReadAllText(path)));

    private static IEnumerable<string> CodeBelow(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(f => !BuildOutput().IsMatch(f));

    private static string NamespaceOf(string text) => Namespace().Match(text).Groups[1].Value;

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex BuildOutput();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    // A name that is written out counts as an import, too.
    [GeneratedRegex(@"\bDataOps\.Core\.([A-Z]\w+(?:\.[A-Z]\w+)*)")]
    private static partial Regex Written();

    private sealed record Source(string Folder, string Name, string Text)
    {
        public IEnumerable<string> Imports => Written().Matches(Text).Select(m => m.Groups[1].Value).Where(n => s_below.ContainsKey(n.Split('.')[0]));
    }
}
