using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace DataOps.Core.Tests;

/// <summary>
/// The house as docs/architecture.md draws it: namespaces are folders, uses run downwards, lines have at most 120
/// columns.
/// </summary>
public sealed partial class HouseTests
{
    private const int Columns = 120;

    // What a room may use besides itself.
    private static readonly Dictionary<string, string[]> s_below = new()
    {
        ["Kernel"] = [],
        ["Python"] = ["Kernel"],
        ["Postgres"] = ["Kernel"],
        ["Operations"] = ["Kernel", "Postgres"],
        ["Django"] = ["Kernel", "Python", "Postgres", "Operations"],
        ["Definitions"] = ["Kernel", "Postgres", "Operations", "Django"],
        ["Files"] = ["Kernel", "Python", "Postgres", "Operations", "Django", "Definitions"],
        ["Changes"] = ["Kernel", "Postgres", "Operations", "Django", "Definitions"],
        ["PageRepair"] = ["Kernel", "Postgres", "Operations", "Django", "Definitions", "Changes"],
        ["Features"] =
            ["Kernel", "Python", "Postgres", "Operations", "Django", "Definitions", "Files", "Changes", "PageRepair"],
    };

    // The generator lists all operations in it.
    private const string List = nameof(OperationDescription);

    private static readonly string s_core = Path.Combine(Repository.Root, "src", "DataOps.Core");

    [Fact]
    public void Namespaces_are_folders()
    {
        IEnumerable<string> wrong = from file in CodeBelow("src/DataOps.Core")
                                    let folder = Path.GetDirectoryName(Path.GetRelativePath(s_core, file))!
                                    where NamespaceIn(file) != $"DataOps.Core.{folder.Replace('/', '.')}"
                                    select file;
        Assert.Empty(wrong);
    }

    [Fact]
    public void Uses_run_downwards_and_no_feature_uses_another()
    {
        Architecture core = new ArchLoader().LoadAssemblies(typeof(Kernel.Finding).Assembly).Build();

        IEnumerable<string> wrong = from type in core.Types
                                    let room = RoomOf(type)
                                    where room is not null && type.Name != List
                                    from target in type.Dependencies.Select(d => d.Target).Distinct()
                                    let to = RoomOf(target)
                                    where to is not null && !MayUse(room, to)
                                    select $"{type.FullName} uses {target.FullName}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Lines_have_at_most_120_columns()
    {
        IEnumerable<string> wrong = from file in CodeBelow("src").Concat(CodeBelow("tools"))
                                    from line in File.ReadLines(file).Index()
                                    where line.Item.Length > Columns
                                    select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Index + 1}";
        Assert.Empty(wrong);
    }

    // The audit of everything asks every other audit, and the repair of everything every repair; what was restored is
    // audited, and the tree of pages shows what an audit of it finds.
    private static bool MayUse(string[] from, string[] to) => from[0] != to[0]
        ? s_below[from[0]].Contains(to[0])
        : from[0] != "Features" || from[1] == to[1] || from[1] is "Audits" or "Repairs" or "Backups"
            || (from[1], to[1]) == ("Pages", "Trees");

    // The folder of a type of the core: the compiler's own types have none.
    private static string[]? RoomOf(IType type) =>
        type.FullName.Split('.') is ["DataOps", "Core", var top, .. var rest] && s_below.ContainsKey(top)
            ? [top, .. rest]
            : null;

    private static IEnumerable<string> CodeBelow(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !BuildOutput().IsMatch(f));

    private static string NamespaceIn(string file) => Namespace().Match(File.ReadAllText(file)).Groups[1].Value;

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex BuildOutput();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
