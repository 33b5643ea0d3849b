using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Orphans;

/// <summary>What every result of Find-Orphan says: where references lead nowhere, and how bad that is.</summary>
public interface IOrphanFinding : IFinding
{
    /// <summary>The table that refers.</summary>
    string Table { get; }

    /// <summary>Its model, or the model that owns the many-to-many list; null for other tables.</summary>
    string? Model { get; }

    /// <summary>The column that refers.</summary>
    string Column { get; }

    /// <summary>The table referred to, where it is known.</summary>
    string? References { get; }

    /// <summary>The reference's name: the constraint's, or else table.column.</summary>
    string Reference { get; }
}

/// <summary>A row whose reference has no target.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Class">The class of the reference.</param>
/// <param name="Severity">Error, Warning or Expected.</param>
/// <param name="Table">The table that refers.</param>
/// <param name="Model">Its model, or the model that owns the many-to-many list; null for other tables.</param>
/// <param name="Key">The row's primary key as text; the parts of a composite key joined by commas, and the row's ctid where there is no key.</param>
/// <param name="Column">The column that refers; the parts of a composite reference joined by commas.</param>
/// <param name="Value">What stands there: the key that has no row.</param>
/// <param name="References">The table referred to, where it is known.</param>
/// <param name="Reference">The reference's name: the constraint's, or else table.column.</param>
/// <param name="Note">What else there is to know.</param>
public sealed record Orphan(
    string Server,
    string Database,
    string Class,
    string Severity,
    string Table,
    string? Model,
    string Key,
    string Column,
    string Value,
    string? References,
    string Reference,
    string? Note) : IOrphanFinding;

/// <summary>A reference with orphans, and how many.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Class">The class of the reference.</param>
/// <param name="Severity">Error, Warning or Expected.</param>
/// <param name="Count">Rows whose reference has no target.</param>
/// <param name="Table">The table that refers.</param>
/// <param name="Model">Its model, or the model that owns the many-to-many list; null for other tables.</param>
/// <param name="Column">The column that refers.</param>
/// <param name="References">The tables referred to, where they are known, joined by commas.</param>
/// <param name="Reference">The reference's name: the constraint's, or else table.column.</param>
public sealed record OrphanSummary(
    string Server,
    string Database,
    string Class,
    string Severity,
    long Count,
    string Table,
    string? Model,
    string Column,
    string? References,
    string Reference) : IOrphanFinding;
