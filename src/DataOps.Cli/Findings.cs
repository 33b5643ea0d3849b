using DataOps.Core.Kernel;

namespace DataOps.Cli;

/// <summary>Compares a finding's severity with what --fail-on asks about.</summary>
internal static class Findings
{
    // What a change repairs, or plans to, fails no audit.
    public static bool Reach(object result, FailOn threshold) =>
        result is Finding finding and not IChangeResult && threshold switch
    {
        FailOn.Never => false,
        FailOn.Error => finding.Severity == Severity.Error,
        FailOn.Warning => finding.Severity <= Severity.Warning,
        _ => true,
    };
}
