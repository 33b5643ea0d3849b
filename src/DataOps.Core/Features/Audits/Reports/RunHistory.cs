using System.Globalization;
using System.Text;

namespace DataOps.Core.Features.Audits.Reports;

/// <summary>How the number of findings went over the last runs, a line an audit, as SVG.</summary>
internal static class RunHistory
{
    private const int Width = 240, Height = 28, Edge = 3;

    /// <summary>The values of the template, a row an audit.</summary>
    public static object[] Of(IReadOnlyList<AuditRun> runs) =>
    [
        .. runs.SelectMany(r => r.Findings.Keys).Distinct().Order().Select(a => (Audit: a, Counts: Counts(runs, a)))
            .Select(a => (object)new Dictionary<string, object>
            {
                ["name"] = $"{a.Audit}",
                ["counts"] = a.Counts.Length == 1 ? $"{a.Counts[0]}" : $"{a.Counts[0]} → {a.Counts[^1]}",
                ["svg"] = Line(a.Audit, a.Counts),
            }),
    ];

    /// <summary>From when to when, in words; empty without runs.</summary>
    public static string Span(IReadOnlyList<AuditRun> runs) => runs.Count == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"{Counted.Of(runs.Count, "run")} from {runs[0].Time:u} to {runs[^1].Time:u}");

    private static int[] Counts(IReadOnlyList<AuditRun> runs, Audit audit) =>
        [.. runs.Where(r => r.Findings.ContainsKey(audit)).Select(r => r.Findings[audit])];

    private static string Line(Audit audit, int[] counts)
    {
        int most = Math.Max(counts.Max(), 1);
        string label = $"{audit}: {string.Join(", ", counts)}";
        StringBuilder svg = new($"<svg class=\"spark\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" ");
        svg.Append($"aria-label=\"{label}\"><path d=\"");
        for (int i = 0; i < counts.Length; i++)
            svg.Append(i == 0 ? 'M' : 'L').Append(
                CultureInfo.InvariantCulture, $"{X(i, counts.Length)} {Y(counts[i], most)}");
        // Of a single run there is no line to draw, but a point.
        return svg.Append(counts.Length == 1 ? "h1" : "").Append("\"/></svg>").ToString();
    }

    private static int X(int i, int count) =>
        Edge + (count == 1 ? 0 : i * (Width - (2 * Edge)) / (count - 1));

    private static int Y(int value, int most) =>
        Height - Edge - (int)((long)value * (Height - (2 * Edge)) / most);
}
