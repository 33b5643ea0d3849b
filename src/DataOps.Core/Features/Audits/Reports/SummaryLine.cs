namespace DataOps.Core.Features.Audits.Reports;

/// <summary>
/// One line in the manner of monitoring plugins
/// (https://www.monitoring-plugins.org/doc/guidelines.html): state, words, performance data.
/// </summary>
public static class SummaryLine
{
    /// <summary>The exit code of a plugin that could not do its work.</summary>
    public const int Unknown = 3;

    /// <summary>The line.</summary>
    public static string Of(AuditFindings audit)
    {
        int Count(Func<Finding, bool> which) => audit.Findings.Count(which);
        int errors = audit.Present.Count(f => f.Severity == Severity.Error);
        int warnings = audit.Present.Count(f => f.Severity == Severity.Warning);
        List<string> words =
            [Counted.Of(errors, "error"), Counted.Of(warnings, "warning")];
        if (audit.Findings.Any(f => f.Change is not null))
            words.Add($"{Count(f => f.Change is FindingChange.New)} new, {Count(f => f.Change is FindingChange.Grown)} "
                + $"grown, {Count(f => f.Change is FindingChange.Gone)} gone");
        string state = ExitCode(audit) switch { 0 => "OK", 1 => "WARNING", _ => "CRITICAL" };
        // A bar would begin the performance data.
        string place = VisibleText.Of($"{audit.Database} on {audit.Server}").Replace('|', ' ').ReplaceLineEndings(" ");
        return $"DATAOPS {state} - {place}: {string.Join(", ", words)} | "
            + $"errors={errors} warnings={warnings} rows={audit.Present.Sum(f => f.Count)}";
    }

    /// <summary>The line of an audit that could not be done.</summary>
    public static string Failed(string why) =>
        $"DATAOPS UNKNOWN - {VisibleText.Of(why).Replace('|', ' ').ReplaceLineEndings(" ")}";

    /// <summary>A plugin's exit code: 2 for an error that nobody knows yet, 1 for a warning, otherwise 0.</summary>
    public static int ExitCode(AuditFindings audit) => audit.Worst switch
    {
        Severity.Error => 2,
        Severity.Warning => 1,
        _ => 0,
    };
}
