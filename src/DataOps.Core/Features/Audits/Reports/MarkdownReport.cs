using System.Text;

namespace DataOps.Core.Features.Audits.Reports;

/// <summary>Markdown for a mail, an issue or a wiki: a table an audit, with the remedies.</summary>
public static class MarkdownReport
{
    /// <summary>The document.</summary>
    public static string Of(AuditFindings audit)
    {
        StringBuilder text = new($"# Audit of {Escape($"{audit.Database} on {audit.Server}")}\n\n{audit.Time:u}\n");
        bool hasChange = audit.Findings.Any(f => f.Change is not null);
        foreach (IGrouping<Audit?, Finding> group in audit.Findings.GroupBy(f => f.Audit))
        {
            text.Append($"\n## {group.Key}\n\n");
            string[] names = [.. hasChange ? ["Change"] : Array.Empty<string>(), "Severity", "Class", "Where", "Rows",
                "Problem", "Remedy"];
            text.Append($"| {string.Join(" | ", names)} |\n|{string.Concat(names.Select(_ => "---|"))}\n");
            foreach (Finding f in group)
                text.Append(hasChange ? $"| {AuditFindings.Change(f)} " : "").Append($"| {f.Severity} | {f.Class} | ")
                    .Append($"{Escape(AuditFindings.NamedPlace(f))} | {f.Count} | {Escape(Problem(f))} | ")
                    .Append(f.Remedy is null ? "" : Code(f.Remedy)).Append(" |\n");
        }
        if (audit.Findings.Count == 0)
            text.Append("\nNo findings.\n");
        if (audit.Runs.Count > 0)
            AppendRuns(text, audit.Runs);
        return text.ToString();
    }

    private static void AppendRuns(StringBuilder text, IReadOnlyList<AuditRun> runs)
    {
        Audit[] audits = [.. runs.SelectMany(r => r.Findings.Keys).Distinct().Order()];
        text.Append($"\n## Findings of the last runs\n\n| Time | {string.Join(" | ", audits)} |\n")
            .Append($"|---|{string.Concat(audits.Select(_ => "---|"))}\n");
        foreach (AuditRun run in runs.Reverse())
            text.Append($"| {run.Time:u} |").AppendJoin("|", audits.Select(
                a => run.Findings.TryGetValue(a, out int count) ? $" {count} " : " ")).Append("|\n");
    }

    private static string Problem(Finding finding) =>
        finding.Problem + (finding is { Key: null, Label: { } first } ? $" (rows: {first})" : "");

    // What a database holds is text, and nothing of Markdown or HTML.
    private static string Escape(string text)
    {
        StringBuilder escaped = new();
        foreach (char c in VisibleText.Of(text).ReplaceLineEndings(" "))
            escaped = c is '<' ? escaped.Append("&lt;") : c is '&' ? escaped.Append("&amp;")
                : "\\`*_{}[]()#+!|~>".Contains(c) ? escaped.Append('\\').Append(c) : escaped.Append(c);
        return escaped.ToString();
    }

    // As many backticks as no run in it has; a bar ends a cell even there.
    private static string Code(string text)
    {
        string line = VisibleText.Of(text).ReplaceLineEndings(" ").Replace("|", "\\|");
        string fence = "`";
        while (line.Contains(fence))
            fence += "`";
        return $"{fence} {line} {fence}";
    }
}
