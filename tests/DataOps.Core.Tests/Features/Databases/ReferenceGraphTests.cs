using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DataOps.Core.Features.Databases;

namespace DataOps.Core.Tests.Features.Databases;

public sealed class ReferenceGraphTests
{
    // A name of PostgreSQL's may hold any character.
    private const string Hostile = "a\"] --> b\\; <script>`#|&\n\u202e";

    private static readonly ReferenceInfo[] s_references =
    [
        Of(ReferenceClass.ForeignKey, "orchard_tree", "owner_id", "auth_user"),
        Of(ReferenceClass.Generic, "orchard_note", "content_type_id,object_id", null),
        Of(ReferenceClass.Implied, Hostile, Hostile, "orchard_tree"),
        Of(ReferenceClass.Embedded, "orchard_tree", "body", "orchard_tree"),
    ];

    [Fact]
    public void Mermaid_has_a_node_a_table_and_an_arrow_a_reference()
    {
        string[] lines = ReferenceGraph.Of(s_references, GraphLanguage.Mermaid).Split('\n');

        Assert.Equal("flowchart LR", lines[0]);
        Match[] nodes = Matches(lines, """^    (t\d+)\["([^"]*)"\]$""");
        Match[] arrows = Matches(lines, """^    (t\d+) (-->|-\.->)\|"([^"|]*)"\| (t\d+)$""");
        Assert.Equal((5, 4, lines.Length - 1), (nodes.Length, arrows.Length, nodes.Length + arrows.Length));
        string Name(string node) => nodes.Single(n => n.Groups[1].Value == node).Groups[2].Value;
        Assert.Equal(
            ["orchard_tree --> auth_user", "orchard_note -.-> any model", "orchard_tree -.-> orchard_tree"],
            arrows.Where(a => !a.Groups[3].Value.Contains("script", StringComparison.Ordinal))
                .Select(a => $"{Name(a.Groups[1].Value)} {a.Groups[2].Value} {Name(a.Groups[4].Value)}"));
        Assert.All(nodes, n => Assert.DoesNotMatch("[<>`|\u202e]", n.Groups[2].Value));
    }

    [Fact]
    public void Dot_quotes_what_a_name_holds()
    {
        string[] lines = ReferenceGraph.Of(s_references, GraphLanguage.Dot).Split('\n');

        Assert.Equal(("digraph references {", "}"), (lines[0], lines[^1]));
        const string line = """^    t\d+( -> t\d+)? \[label="(?:[^"\\]|\\.)*"(, style=dashed)?\];$""";
        Assert.All(lines[3..^1], l => Assert.Matches(line, l));
        Assert.Equal(3, lines.Count(l => l.Contains("style=dashed", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.EndsWith("[label=\"owner_id\"];", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Graphviz_draws_each_table_and_reference()
    {
        const string program = "/usr/bin/dot";
        Assert.SkipUnless(File.Exists(program), "there is no dot (Debian: apt-get install graphviz)");
        using Process dot = Process.Start(new ProcessStartInfo(program, "-Tsvg")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await dot.StandardInput.WriteAsync(ReferenceGraph.Of(s_references, GraphLanguage.Dot));
        dot.StandardInput.Close();
        Task<string> error = dot.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string svg = await dot.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await dot.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (dot.ExitCode, await error));
        XElement[] groups = [.. XElement.Parse(svg).Descendants().Where(e => e.Name.LocalName == "g")];
        string[] Drawn(string kind) => [.. groups.Where(g => g.Attribute("class")?.Value == kind)
            .SelectMany(g => g.Elements().Where(e => e.Name.LocalName == "text")).Select(t => t.Value)
            .Order(StringComparer.Ordinal)];
        string hostile = VisibleText.Of(Hostile.Replace('\n', ' '));
        Assert.Equal([hostile, "any model", "auth_user", "orchard_note", "orchard_tree"], Drawn("node"));
        Assert.Equal([hostile, "body", "content_type_id,object_id", "owner_id"], Drawn("edge"));
    }

    private static Match[] Matches(string[] lines, string pattern) =>
        [.. lines.Select(l => Regex.Match(l, pattern)).Where(m => m.Success)];

    private static ReferenceInfo Of(ReferenceClass @class, string table, string column, string? target) => new(
        "db", "site", @class, Severity.Warning, table, null, column, target, target is null ? null : "id",
        $"{table}.{column}", true, null, null, @class == ReferenceClass.ForeignKey ? true : null, "",
        KnownBy.Constraint);
}
