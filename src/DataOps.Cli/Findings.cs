using DataOps.Core.Kernel;

namespace DataOps.Cli;

/// <summary>Compares a finding's severity with what --fail-on asks about.</summary>
internal static class Findings
{
    public static bool Reach(object result, FailOn threshold)
    {
        if (threshold == FailOn.Never)
            return false;
        // A plan or a sum is no finding.
        string? severity = (result as IFinding)?.Severity;
        return (threshold == FailOn.Any && severity is not null) || severity == "Error" || (severity == "Warning" && threshold == FailOn.Warning);
    }
}
