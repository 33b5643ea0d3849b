using System.Globalization;
using System.Text;

namespace DataOps.Core.Features.Databases;

/// <summary>A language of graphs.</summary>
public enum GraphLanguage
{
    /// <summary>Mermaid's, which Markdown renderers draw.</summary>
    Mermaid,

    /// <summary>Graphviz' DOT.</summary>
    Dot,
}

/// <summary>
/// References as the text of a graph: a node a table, an arrow a reference with its columns; dashed where no constraint
/// of the database says so, as for implied, generic and embedded references.
/// </summary>
internal static class ReferenceGraph
{
    // A generic reference names its table row by row.
    private const string AnyTable = "any model";

    /// <summary>The text; the same for the same references.</summary>
    public static string Of(IReadOnlyList<ReferenceInfo> references, GraphLanguage language)
    {
        Dictionary<string, string> nodes = [];
        foreach (string table in references.SelectMany(r => new[] { r.Table, TargetOf(r) }).Distinct()
            .Order(StringComparer.Ordinal))
            nodes[table] = string.Create(CultureInfo.InvariantCulture, $"t{nodes.Count + 1}");
        StringBuilder text = new(language == GraphLanguage.Mermaid ? "flowchart LR" : "digraph references {\n");
        if (language == GraphLanguage.Mermaid)
            Mermaid(text, nodes, references);
        else
            Dot(text, nodes, references);
        return text.ToString();
    }

    private static void Mermaid(
        StringBuilder text, Dictionary<string, string> nodes, IReadOnlyList<ReferenceInfo> references)
    {
        foreach ((string table, string node) in nodes)
            text.Append(CultureInfo.InvariantCulture, $"\n    {node}[{MermaidText(table)}]");
        foreach (ReferenceInfo r in references)
            text.Append(CultureInfo.InvariantCulture,
                $"\n    {nodes[r.Table]} {(IsDashed(r) ? "-.->" : "-->")}|{MermaidText(r.Column)}| "
                    + $"{nodes[TargetOf(r)]}");
    }

    private static void Dot(
        StringBuilder text, Dictionary<string, string> nodes, IReadOnlyList<ReferenceInfo> references)
    {
        text.Append("    rankdir=LR;\n    node [shape=box];\n");
        foreach ((string table, string node) in nodes)
            text.Append(CultureInfo.InvariantCulture, $"    {node} [label={DotText(table)}];\n");
        foreach (ReferenceInfo r in references)
            text.Append(CultureInfo.InvariantCulture,
                $"    {nodes[r.Table]} -> {nodes[TargetOf(r)]} [label={DotText(r.Column)}"
                    + $"{(IsDashed(r) ? ", style=dashed" : "")}];\n");
        text.Append('}');
    }

    private static string TargetOf(ReferenceInfo reference) => reference.References ?? AnyTable;

    private static bool IsDashed(ReferenceInfo reference) => reference.IsValidated is null;

    // A line break in a name would end the statement.
    private static string OneLine(string name) => VisibleText.Of(name.ReplaceLineEndings(" "));

    // Mermaid reads markup and its own entities inside quotes.
    private static string MermaidText(string name)
    {
        StringBuilder text = new("\"");
        foreach (char c in OneLine(name))
            if (c is '"' or '#' or '<' or '>' or '&' or '`' or '|')
                text.Append(CultureInfo.InvariantCulture, $"#{(int)c};");
            else
                text.Append(c);
        return text.Append('"').ToString();
    }

    private static string DotText(string name)
    {
        string escaped = OneLine(name).Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{escaped}\"";
    }
}
