namespace DataOps.Cli;

/// <summary>Compares a finding's severity with what --fail-on asks about.</summary>
internal static class Findings
{
    public static bool Reach(object result, FailOn threshold)
    {
        if (threshold == FailOn.Never)
            return false;
        string? severity = result.GetType().GetProperty("Severity")?.GetValue(result)?.ToString();
        // What has no severity is no finding: a plan, a sum.
        return (threshold == FailOn.Any && severity is not null) || severity == "Error" || (severity == "Warning" && threshold == FailOn.Warning);
    }
}
