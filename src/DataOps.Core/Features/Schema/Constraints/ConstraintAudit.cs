namespace DataOps.Core.Features.Schema.Constraints;

/// <summary>A problem of a reference's foreign key.</summary>
public enum ConstraintProblem : long
{
    /// <summary>The constraint is not enforced: its triggers are disabled, or it is NOT ENFORCED.</summary>
    NotEnforced,

    /// <summary>The constraint is NOT VALID: existing rows were never checked.</summary>
    NotValid,

    /// <summary>The column has the index of a foreign key, but no constraint.</summary>
    Missing,

    /// <summary>A row violates a constraint that is missing or not valid.</summary>
    Violated,
}

/// <summary>
/// Foreign keys that PostgreSQL does not enforce, or that are not there; whether their rows have a target is for the
/// orphans to say.
/// </summary>
internal static class ConstraintAudit
{
    public static IEnumerable<Finding> Find(Session session, ReferenceCatalog catalog) =>
        from reference in catalog.References
        where catalog.Database.IsOfSite(reference.Table)
        let problem = Problem(reference)
        where problem is not null
        select new Finding
        {
            Server = session.Server,
            Database = session.Database,
            Severity = Severity.Warning,
            Audit = Audit.Constraint,
            Class = problem.Value.Class,
            Model = catalog.LabelOf(reference.Table),
            Table = reference.Table.DisplayName,
            Column = string.Join(",", reference.Columns.Select(c => c.Name)),
            Problem = problem.Value.Text,
            Remedy = $"Repair-Constraint -Reference '{reference.Name}' -WhatIf",
            References = reference.Target?.DisplayName,
            Reference = reference.Name,
        };

    private static (ConstraintProblem Class, string Text)? Problem(Reference reference) => reference switch
    {
        { Constraint: { IsEnforced: false } key } => (ConstraintProblem.NotEnforced,
            $"{key.Name} is not enforced: PostgreSQL checks no row"),
        { Constraint: { IsValidated: false } key } =>
            (ConstraintProblem.NotValid, $"{key.Name} is NOT VALID: existing rows were never checked"),
        { Class: ReferenceClass.Implied, Target: { } target } =>
            (ConstraintProblem.Missing,
                $"{reference.Column.Name} has the index of a foreign key to {target}, but no constraint"),
        _ => null,
    };
}
