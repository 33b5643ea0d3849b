using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace DataOps.Core.Features.Audits.Reports;

/// <summary>
/// A damaged model among those that refer to it and that it refers to, as SVG: a dashed line is a reference that no
/// constraint guards, a red one has orphans.
/// </summary>
internal static class ReferenceGraph
{
    private const int Width = 760, Row = 26, Box = 210, Most = 12;

    private sealed record Edge(string Other, bool IsDashed, bool IsBroken, string Name);

    /// <summary>The picture; null for a model without references.</summary>
    /// <param name="catalog">Who refers to whom.</param>
    /// <param name="table">The model's table.</param>
    /// <param name="broken">References that have orphans, by table and name.</param>
    public static string? Of(ReferenceCatalog catalog, Table table, IReadOnlySet<(string?, string?)> broken)
    {
        string Name(Table t) => catalog.LabelOf(t) ?? t.DisplayName;
        Edge Between(Reference r, string other) =>
            new(other, !r.IsDeclared, broken.Contains((r.Table.DisplayName, r.Name)), r.Name);
        Edge[] from = Shown(catalog.To(table).Select(r => Between(r, Name(r.Table))));
        Edge[] to = Shown(catalog.From(table).Select(r => Between(r, r.Target is { } t ? Name(t) : "any model")));
        if (from.Length + to.Length == 0)
            return null;
        int rows = Math.Max(Math.Max(from.Length, to.Length), 1);
        StringBuilder svg = new(string.Create(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {rows * Row + 8}\" role=\"img\" aria-label=\"{Text(Name(table))}\">"));
        int middle = rows * Row / 2 + 4;
        for (int i = 0; i < from.Length; i++)
            Draw(svg, from[i], 0, Y(i, from.Length, rows), Box, (Width - Box) / 2, middle);
        for (int i = 0; i < to.Length; i++)
            Draw(svg, to[i], Width - Box, Y(i, to.Length, rows), Width - Box, (Width + Box) / 2, middle);
        Node(svg, (Width - Box) / 2, middle, Name(table), "middle");
        return svg.Append("</svg>").ToString();
    }

    // The broken ones first: a picture of all has no reader.
    private static Edge[] Shown(IEnumerable<Edge> edges)
    {
        Edge[] all = [.. edges.GroupBy(e => (e.Other, e.IsDashed, e.IsBroken)).Select(g => g.Count() == 1 ? g.First()
                : g.First() with
                {
                    Other = $"{g.Key.Other} ×{g.Count()}", Name = string.Join(", ", g.Select(e => e.Name)),
                })
            .OrderByDescending(e => e.IsBroken).ThenBy(e => e.Other, StringComparer.Ordinal)];
        return all.Length <= Most ? all
            : [.. all.Take(Most - 1), new($"and {all.Length - Most + 1} more", false, false, "")];
    }

    private static int Y(int i, int count, int rows) => (rows - count) * Row / 2 + i * Row + Row / 2 + 4;

    private static void Draw(StringBuilder svg, Edge edge, int x, int y, int from, int to, int middle)
    {
        string css = $"{(edge.IsDashed ? "dashed" : "line")}{(edge.IsBroken ? " broken" : "")}";
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"{css}\" d=\"M{from} {y}C{(from + to) / 2} {y} ")
            .Append(CultureInfo.InvariantCulture, $"{(from + to) / 2} {middle} {to} {middle}\">")
            .Append($"<title>{Text(edge.Name)}</title></path>");
        Node(svg, x, y, edge.Other, "");
    }

    private static void Node(StringBuilder svg, int x, int y, string name, string css) =>
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{css}\" x=\"{x}\" y=\"{y - 11}\" ")
            .Append(CultureInfo.InvariantCulture, $"width=\"{Box}\" height=\"22\" rx=\"4\"/>")
            .Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 8}\" y=\"{y + 4}\">{Text(Cut(name))}</text>");

    private static string Cut(string name) => name.Length <= 29 ? name : name[..28] + "…";

    private static string Text(string text) => HtmlEncoder.Default.Encode(VisibleText.Of(text));
}
