using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Databases;

/// <summary>Which references to list. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record GetReferenceOptions : ReferenceOptions;

/// <summary>A reference, as a person reads it.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Class">How one knows.</param>
/// <param name="Severity">How bad an orphan is.</param>
/// <param name="Table">The table that refers.</param>
/// <param name="Model">Its model, or the model that owns the many-to-many list; null for other tables.</param>
/// <param name="Column">The columns that refer, joined by commas.</param>
/// <param name="References">The table referred to; null when each row names its own.</param>
/// <param name="TargetColumn">The columns referred to.</param>
/// <param name="Reference">Its name: the constraint's, or else table.column.</param>
/// <param name="IsNullable">Whether a row can do without its target.</param>
/// <param name="OnDelete">What the database does when the target goes; null without a constraint.</param>
/// <param name="IsDeferrable">Whether the check can wait for the end of a transaction.</param>
/// <param name="IsValidated">Whether PostgreSQL has checked all rows; null without a constraint.</param>
/// <param name="Evidence">Why it is taken for a reference.</param>
public sealed record ReferenceInfo(
    string Server,
    string Database,
    ReferenceClass Class,
    Severity Severity,
    string Table,
    string? Model,
    string Column,
    string? References,
    string? TargetColumn,
    string Reference,
    bool IsNullable,
    string? OnDelete,
    bool? IsDeferrable,
    bool? IsValidated,
    string Evidence);

/// <summary>Lists who points at whom, and how one knows.</summary>
[Operation("Get", "Reference")]
public sealed class GetReference : Operation<GetReferenceOptions, ReferenceInfo>
{
    /// <inheritdoc/>
    protected override bool NeedsAllNames => false;

    /// <inheritdoc/>
    protected override IEnumerable<ReferenceInfo> Execute(Session session, GetReferenceOptions options, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference);
        return new ReferenceFilter(catalog, options.Table, options.Model, options.Class, options.Reference, context).Select()
            .Select(r => Describe(session, catalog, r));
    }

    private static ReferenceInfo Describe(Session session, ReferenceCatalog catalog, Reference r) => new(
        session.Server,
        session.Database,
        r.Class,
        r.Severity,
        r.Table.DisplayName,
        catalog.LabelOf(r.Table),
        string.Join(",", (r.ContentTypeColumn is null || r.Class == ReferenceClass.Inheritance ? r.Columns : r.Columns.Prepend(r.ContentTypeColumn))
            .Select(c => c.Name)),
        r.Target?.DisplayName,
        r.TargetColumns.Count == 0 ? null : string.Join(",", r.TargetColumns.Select(c => c.Name)),
        r.Name,
        r.IsNullable,
        r.Constraint?.OnDelete,
        r.Constraint?.IsDeferrable,
        r.Constraint?.IsValidated,
        r.Evidence);
}
