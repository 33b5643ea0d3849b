using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Audits;

/// <summary>One thing that is wrong with a database: what, where, how bad, what to do.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Severity">Error, Warning or Expected (<see cref="Severity"/>).</param>
/// <param name="Audit">Which audit found it.</param>
/// <param name="Class">What kind of thing, in that audit's words.</param>
/// <param name="Count">Rows that it is about; 1 where it is about none.</param>
/// <param name="Model">The model; null for what belongs to none.</param>
/// <param name="Table">The table; null where it is about none.</param>
/// <param name="Column">The column, or several joined by commas.</param>
/// <param name="Key">The row's key, with Detailed; null for a sum.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Remedy">The command that shows more of it or mends it.</param>
public sealed record DatabaseFinding(
    string Server,
    string Database,
    string Severity,
    string Audit,
    string Class,
    long Count,
    string? Model,
    string? Table,
    string? Column,
    string? Key,
    string Problem,
    string Remedy) : IFinding;
