using System.Text.RegularExpressions;

namespace DataOps.Surface.Tests;

public sealed partial class ManifestTests
{
    private static readonly string s_manifest = Surface.FileText("DataOps.psd1");

    [Fact]
    public void Has_the_version_of_the_assemblies()
    {
        string version =
            Regex.Match(Surface.FileText("Directory.Build.props"), "<Version>(.*?)</Version>").Groups[1].Value;
        Assert.Equal(version, Value("ModuleVersion"));
        Assert.Equal(version, Surface.PowerShell.GetName().Version!.ToString(3));
    }

    [Fact]
    public void Exports_exactly_the_cmdlets_that_are_compiled() =>
        Assert.Equal(Surface.Cmdlets.Select(c => c.Name).Order(), List("CmdletsToExport").Order());

    [Theory]
    [InlineData("FunctionsToExport")]
    [InlineData("AliasesToExport")]
    [InlineData("VariablesToExport")]
    public void Exports_nothing_else_and_says_so(string entry) => Assert.Matches($@"{entry}\s*=\s*@\(\)", s_manifest);

    [Fact]
    public void Asks_for_the_oldest_PowerShell_that_can_load_it()
    {
        Assert.Equal("7.4", Value("PowerShellVersion"));
        Assert.Equal(["Core"], List("CompatiblePSEditions"));
    }

    [Fact]
    public void Names_files_that_are_there_and_loads_the_loader_first()
    {
        string[] files = [Value("RootModule"), .. List("NestedModules"), .. List("FormatsToProcess")];
        Assert.Contains("module/DataOps.Loader.dll", files);
        Assert.All(files, f => Assert.True(File.Exists(Path.Join(Surface.Repository, f)), $"{f} is missing"));
    }

    [Fact]
    public void The_module_folder_holds_the_dependencies_and_never_PowerShells_own_assembly()
    {
        string module = Path.Join(Surface.Repository, "module");
        Assert.Empty(Directory.GetFiles(module, "System.Management.Automation.dll", SearchOption.AllDirectories));
        Assert.Equal(["DataOps.Loader.dll", "DataOps.PowerShell.dll"],
            Directory.GetFiles(module, "*.dll").Select(Path.GetFileName).Order());
        string[] inLib = Directory.GetFiles(Path.Join(module, "lib"), "*.dll")
            .Select(f => Path.GetFileName(f)).ToArray();
        Assert.Contains("DataOps.Core.dll", inLib);
        Assert.Contains("Npgsql.dll", inLib);
        // What the runtime of PowerShell 7.4 ships is not ours to ship.
        Assert.DoesNotContain("System.Text.Json.dll", inLib);
    }

    private static string Value(string entry) => Regex.Match(s_manifest, $@"{entry}\s*=\s*'(.*?)'").Groups[1].Value;

    private static string[] List(string entry) =>
        Quoted().Matches(Regex.Match(s_manifest, $@"{entry}\s*=\s*@\((.*?)\)", RegexOptions.Singleline).Groups[1].Value)
            .Select(m => m.Groups[1].Value)
            .ToArray();

    [GeneratedRegex("'(.*?)'")]
    private static partial Regex Quoted();
}
