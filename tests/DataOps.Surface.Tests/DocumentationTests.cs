using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DataOps.Surface.Tests;

public sealed class DocumentationTests
{
    private static readonly string s_common = Surface.FileText("docs", "en-US", "about_DataOps_Connections.md");

    [Theory, MemberData(nameof(Surface.CmdletNames), MemberType = typeof(Surface))]
    public void A_page_describes_every_parameter_and_shows_an_example(string name)
    {
        string page = Surface.FileText("docs", "en-US", name + ".md");
        foreach (string parameter in Surface.Find(name).Parameters.Select(p => p.Name).Distinct())
            Assert.True(Describes(page, parameter) || Describes(s_common, parameter),
                $"{name}.md does not describe -{parameter}");
        Assert.Matches(@"(?s)## Examples\n.*?### .*?```powershell\n", page);
        Assert.Contains("## Related", page);
    }

    [Theory, MemberData(nameof(Surface.CmdletNames), MemberType = typeof(Surface))]
    public void A_page_describes_no_parameter_that_is_not_there(string name)
    {
        IEnumerable<string> described = Surface.FileText("docs", "en-US", name + ".md").Split('\n')
            .Where(l => l.StartsWith("### -", StringComparison.Ordinal))
            .Select(l => l[5..].Trim());
        Assert.Empty(described.Except(Surface.Find(name).Parameters.Select(p => p.Name)));
    }

    [Theory, MemberData(nameof(Surface.OperationNames), MemberType = typeof(Surface))]
    public void A_page_says_of_an_option_what_its_record_says(string name)
    {
        string page = Surface.FileText("docs", "en-US", name + ".md");
        foreach (OptionDescription option in Surface.FindOperation(name).Options.Where(
            o => o.Name is not ("WhatIf" or "InputObject")))
        {
            string section =
                Regex.Match(page, $"\n### -{option.Name}\n(.*?)(\n##|$)", RegexOptions.Singleline).Groups[1].Value;
            Assert.True(
                option.Wildcards == section.Contains('*'), $"{name}.md: whether -{option.Name} takes wildcards");
            string range = option.Range switch
            {
                null => "",
                (int least, int.MaxValue) => $"From {least} on.",
                (int least, int most) => $"From {least} to {most}.",
            };
            Assert.Contains(range, section.Replace('\n', ' '));
            foreach (string member in option.Type.IsEnum ? Enum.GetNames(option.Type) : [])
                Assert.True(page.Contains(member, StringComparison.Ordinal),
                    $"{name}.md does not say what -{option.Name} {member} is");
        }
    }

    [Theory, MemberData(nameof(Surface.OperationNames), MemberType = typeof(Surface))]
    public void A_page_shows_the_command_line(string name) =>
    Assert.Contains("```sh\ndataops ", Surface.FileText("docs", "en-US", name + ".md"));

    [Theory, MemberData(nameof(Surface.CmdletNames), MemberType = typeof(Surface))]
    public void The_generated_help_has_synopsis_parameters_and_examples(string name)
    {
        XDocument help = XDocument.Load(Path.Join(Surface.Repository, "en-US", "DataOps.PowerShell.dll-Help.xml"));
        XElement command = help.Root!.Elements().Single(
            c => c.Descendants().First(e => e.Name.LocalName == "name").Value == name);
        Assert.NotEmpty(command.Descendants().First(e => e.Name.LocalName == "description").Value);
        Assert.Contains(command.Descendants(), e => e.Name.LocalName == "example");
        XElement parameters = command.Elements().Single(e => e.Name.LocalName == "parameters");
        Assert.Equal(
            Surface.Find(name).Parameters.Select(p => p.Name).Distinct().Count(), parameters.Elements().Count());
    }

    [Fact]
    public void The_page_of_errors_lists_every_id_with_its_summary()
    {
        ILookup<string, string> summaries = XDocument.Load(Path.ChangeExtension(Surface.Core.Location, ".xml"))
            .Descendants("member").Where(m => m.Element("summary") is not null)
            .ToLookup(m => (string)m.Attribute("name")!, m => Regex.Replace(m.Element("summary")!.Value.Trim(), @"\s+", " "));
        IEnumerable<string> expected = typeof(ErrorIds).GetFields()
            .Select(f =>
                $"| `{f.GetRawConstantValue()}` | {summaries[$"F:{typeof(ErrorIds).FullName}.{f.Name}"].Single()} |");
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            Surface.FileText("docs", "en-US", "about_DataOps_Errors.md").Split('\n')
                .Where(l => l.StartsWith("| `", StringComparison.Ordinal)));
        Assert.All(typeof(ErrorIds).GetFields(), f => Assert.Equal(f.Name, f.GetRawConstantValue()));
    }

    [Fact]
    public void No_error_has_an_id_of_its_own_making() => Assert.DoesNotContain(
        Directory.EnumerateFiles(Path.Join(Surface.Repository, "src"), "*.cs", SearchOption.AllDirectories),
        f => Regex.IsMatch(File.ReadAllText(f), @"(DataOpsException|DatasetException)\(\s*"""));

    private static bool Describes(string page, string parameter) =>
        page.Contains($"\n### -{parameter}\n", StringComparison.Ordinal);
}
