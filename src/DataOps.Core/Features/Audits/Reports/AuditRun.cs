namespace DataOps.Core.Features.Audits.Reports;

/// <summary>An earlier run of audits, as a baseline remembers it.</summary>
/// <param name="Time">When, in UTC.</param>
/// <param name="Findings">How many findings each audit had that was run.</param>
public sealed record AuditRun(DateTime Time, IReadOnlyDictionary<Audit, int> Findings);
