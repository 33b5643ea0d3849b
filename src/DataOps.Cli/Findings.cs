using DataOps.Core.Kernel;

namespace DataOps.Cli;

/// <summary>Compares a finding's severity with what --fail-on asks about.</summary>
internal static class Findings
{
    // What a change repairs, or plans to, fails no audit; nor does what the baseline knows.
    public static bool Reach(object result, FailOn threshold) =>
        result is IJudged { Severity: { } severity } and not IChangeResult
            and not Finding { Change: FindingChange.Known or FindingChange.Gone } && threshold switch
    {
        FailOn.Never => false,
        FailOn.Error => severity == Severity.Error,
        FailOn.Warning => severity <= Severity.Warning,
        _ => true,
    };
}
