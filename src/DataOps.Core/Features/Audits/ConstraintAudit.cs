using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Audits;

/// <summary>Foreign keys that PostgreSQL does not enforce, or that are not there; whether their rows have a target is for the orphans to say.</summary>
internal static class ConstraintAudit
{
    public static IEnumerable<DatabaseFinding> Find(Session session, ReferenceCatalog catalog) =>
        from reference in catalog.References
        let problem = Problem(reference)
        where problem.Class is not null
        select new DatabaseFinding(
            session.Server, session.Database, nameof(Severity.Warning), nameof(Audit.Constraint), problem.Class!, 1,
            catalog.LabelOf(reference.Table), reference.Table.DisplayName, string.Join(",", reference.Columns.Select(c => c.Name)), null,
            problem.Text, $"Repair-Constraint -Reference '{reference.Name}' -WhatIf");

    private static (string? Class, string Text) Problem(Reference reference) => reference switch
    {
        { Constraint: { IsEnforced: false } key } => ("NotEnforced", $"{key.Name} is switched off: PostgreSQL checks no row of it"),
        { Constraint: { IsValidated: false } key } => ("NotValid", $"{key.Name} is NOT VALID: rows that were there before it were never checked"),
        { Class: ReferenceClass.Implied, IsField: true, Target: { } target } =>
            ("Missing", $"{reference.Column.Name} is indexed as a foreign key to {target} is, and has no constraint"),
        _ => (null, ""),
    };
}
