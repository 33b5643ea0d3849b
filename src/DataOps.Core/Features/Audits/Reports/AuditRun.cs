namespace DataOps.Core.Features.Audits.Reports;

/// <summary>An earlier run of audits, as a baseline remembers it.</summary>
/// <param name="Time">When, in UTC.</param>
/// <param name="Severity">The least severe findings that were asked for.</param>
/// <param name="IsDetailed">Whether each row is a finding.</param>
/// <param name="Findings">How many findings each audit had that was run.</param>
public sealed record AuditRun(
    DateTime Time, Severity Severity, bool IsDetailed, IReadOnlyDictionary<Audit, int> Findings);
