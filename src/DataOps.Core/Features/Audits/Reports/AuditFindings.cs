using System.Globalization;

namespace DataOps.Core.Features.Audits.Reports;

/// <summary>What a report tells of: the findings of an audit, where and when.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Time">When, in UTC.</param>
/// <param name="Findings">What was found; what is gone since a baseline too.</param>
/// <param name="Ran">The audits that were run; null for those that need nothing but the database.</param>
public sealed record AuditFindings(
    string Server, string Database, DateTime Time, IReadOnlyList<Finding> Findings,
    IReadOnlyCollection<Audit>? Ran = null)
{
    /// <summary>Earlier runs of the audits, the oldest first; empty where no baseline tells of them.</summary>
    public IReadOnlyList<AuditRun> Runs { get; init; } = [];

    /// <summary>What has become of a finding, in a few words: <c>Known since 2026-11-01</c>; empty without a baseline.
    /// </summary>
    public static string Change(Finding finding) => finding switch
    {
        { Change: null } => "",
        { Change: FindingChange.New } or { FirstSeen: null } => $"{finding.Change}",
        { FirstSeen: { } time } => string.Create(
            CultureInfo.InvariantCulture, $"{finding.Change} since {time:yyyy-MM-dd}"),
    };

    /// <summary>The audits to tell of: a green light is only for one that was run.</summary>
    public IEnumerable<Audit> Audits => Enum.GetValues<Audit>().Where(a =>
        (Ran is null ? a is not (Audit.Privilege or Audit.Drift or Audit.Storage) : Ran.Contains(a))
        || Findings.Any(f => f.Audit == a));

    /// <summary>What is wrong now.</summary>
    public IEnumerable<Finding> Present => Findings.Where(f => f.Change != FindingChange.Gone);

    /// <summary>What nobody knows yet: all of them without a baseline.</summary>
    public IEnumerable<Finding> News => Present.Where(f => f.Change != FindingChange.Known);

    /// <summary>The worst of what nobody knows yet; null where there is nothing.</summary>
    public Severity? Worst => News.Select(f => (Severity?)f.Severity).Min();

    /// <summary>Where a finding is, in a few words: model or table, column, row and its label.</summary>
    public static string NamedPlace(Finding finding) =>
        Place(finding) + (finding is { Key: not null, Label: { } label } ? $" ({label})" : "");

    /// <summary>
    /// Where a finding is, in a few words that stay the same: model or table, column and row, whatever it is called.
    /// </summary>
    public static string Place(Finding finding)
    {
        string what = finding.Model ?? finding.Table ?? finding.Reference ?? $"{finding.Audit}";
        return (finding.Schema is null ? "" : $"{finding.Schema}: ") + what
            + (finding.Column is null ? "" : $".{finding.Column}") + (finding.Key is null ? "" : $" {finding.Key}");
    }
}
