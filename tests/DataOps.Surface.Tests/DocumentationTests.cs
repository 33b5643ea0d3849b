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
            Assert.True(Describes(page, parameter) || Describes(s_common, parameter), $"{name}.md does not describe -{parameter}");
        Assert.Matches(@"(?s)## Examples\n.*?### .*?```powershell\n", page);
        Assert.Contains("## Related", page);
    }

    [Theory, MemberData(nameof(Surface.CmdletNames), MemberType = typeof(Surface))]
    public void A_page_describes_no_parameter_that_is_not_there(string name)
    {
        IEnumerable<string> described = Surface.FileText("docs", "en-US", name + ".md").Split('\n').Where(l => l.StartsWith("### -", StringComparison.Ordinal))
            .Select(l => l[5..].Trim());
        Assert.Empty(described.Except(Surface.Find(name).Parameters.Select(p => p.Name)));
    }

    [Theory, MemberData(nameof(Surface.OperationNames), MemberType = typeof(Surface))]
    public void A_page_shows_the_command_line(string name) => Assert.Contains("```sh\ndataops ", Surface.FileText("docs", "en-US", name + ".md"));

    [Theory, MemberData(nameof(Surface.CmdletNames), MemberType = typeof(Surface))]
    public void The_generated_help_has_synopsis_parameters_and_examples(string name)
    {
        XDocument help = XDocument.Load(Path.Join(Surface.Repository, "en-US", "DataOps.PowerShell.dll-Help.xml"));
        XElement command = help.Root!.Elements().Single(c => c.Descendants().First(e => e.Name.LocalName == "name").Value == name);
        Assert.NotEmpty(command.Descendants().First(e => e.Name.LocalName == "description").Value);
        Assert.Contains(command.Descendants(), e => e.Name.LocalName == "example");
        XElement parameters = command.Elements().Single(e => e.Name.LocalName == "parameters");
        Assert.Equal(Surface.Find(name).Parameters.Select(p => p.Name).Distinct().Count(), parameters.Elements().Count());
    }

    private static bool Describes(string page, string parameter) => page.Contains($"\n### -{parameter}\n", StringComparison.Ordinal);
}
