using System.Text;

namespace DataOps.Core.Features.Audits.Reports;

/// <summary>
/// Prometheus' text format, for the text file collector of its node exporter
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
/// </summary>
public static class PrometheusReport
{
    /// <summary>The metrics; names of tables are labels, values of rows are none.</summary>
    public static string Of(AuditFindings audit)
    {
        StringBuilder text = new();
        string site = $"server=\"{Escape(audit.Server)}\",database=\"{Escape(audit.Database)}\"";
        Head(text, "dataops_findings", "Findings of the last audit.");
        foreach (Audit kind in audit.Audits)
            foreach (Severity severity in (Severity[])[Severity.Error, Severity.Warning])
                text.Append($"dataops_findings{{{site},audit=\"{kind}\",severity=\"{severity}\"}} ").Append(
                    audit.Present.Count(f => (f.Audit ?? default) == kind && f.Severity == severity)).Append('\n');
        Head(text, "dataops_finding_rows", "Rows with a problem.");
        foreach (var group in audit.Present.GroupBy(f => (f.Audit, f.Class, f.Schema, Table: f.Table ?? f.Model ?? "")))
            text.Append($"dataops_finding_rows{{{site},audit=\"{group.Key.Audit}\",class=\"{group.Key.Class}\","
                + $"schema=\"{Escape(group.Key.Schema ?? "")}\",table=\"{Escape(group.Key.Table)}\"}} ")
                .Append(group.Sum(f => f.Count)).Append('\n');
        Head(text, "dataops_findings_unknown", "Findings that the baseline does not have; all without one.");
        text.Append($"dataops_findings_unknown{{{site}}} {audit.News.Count()}\n");
        Head(text, "dataops_audit_timestamp_seconds", "When the last audit ended.");
        text.Append($"dataops_audit_timestamp_seconds{{{site}}} ")
            .Append(new DateTimeOffset(audit.Time).ToUnixTimeSeconds()).Append('\n');
        return text.ToString();
    }

    private static void Head(StringBuilder text, string name, string help) =>
        text.Append($"# HELP {name} {help}\n# TYPE {name} gauge\n");

    private static string Escape(string label) =>
        label.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
