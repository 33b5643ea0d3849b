using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.References;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Constraints;

/// <summary>What has to be done to have a reference enforced: the statements, each for a transaction of its own.</summary>
/// <param name="Reference">The reference.</param>
/// <param name="Action">What is to be done.</param>
/// <param name="Name">The constraint's name.</param>
/// <param name="Statements">The statements.</param>
internal sealed record ConstraintStep(Reference Reference, ConstraintAction Action, string Name, IReadOnlyList<string> Statements)
{
    /// <summary>What a reference needs; null when it needs nothing, or nothing that this operation does.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="notValid">Add it, and leave its rows unchecked.</param>
    public static ConstraintStep? For(Reference reference, bool notValid) => reference switch
    {
        { Class: ReferenceClass.Implied, Target: not null } => Add(reference, notValid),
        { Constraint: { IsEnforced: false } key } => new(reference, ConstraintAction.Enable, key.Name, [.. Enable(reference, key)]),
        { Constraint: { IsValidated: false } key } when !notValid => new(reference, ConstraintAction.Validate, key.Name, [Validate(reference, key.Name)]),
        _ => null,
    };

    private static ConstraintStep Add(Reference reference, bool notValid)
    {
        string name = DjangoName.OfForeignKey(
            reference.Table.Name, [.. reference.Columns.Select(c => c.Name)], reference.Target!.Name, reference.TargetColumns[0].Name);
        string columns = SqlText.Identifiers(reference.Columns.Select(c => c.Name));
        string targets = SqlText.Identifiers(reference.TargetColumns.Select(c => c.Name));
        // NOT VALID reads no rows: the lock that keeps writers out of both tables is held for a moment.
        string add = $"alter table {reference.Table.Sql} add constraint {SqlText.Identifier(name)} foreign key ({columns}) "
            + $"references {reference.Target.Sql} ({targets}) deferrable initially deferred not valid";
        return new ConstraintStep(reference, ConstraintAction.Add, name, notValid ? [add] : [add, Validate(reference, name)]);
    }

    private static string Validate(Reference reference, string name) => $"alter table {reference.Table.Sql} validate constraint {SqlText.Identifier(name)}";

    // None of a constraint that is NOT ENFORCED: it has no triggers.
    private static IEnumerable<string> Enable(Reference reference, ForeignKey key)
    {
        string[] statements =
        [
            .. new[] { reference.Table, reference.Target! }.Distinct()
                .SelectMany(t => t.Triggers.Where(g => g.IsDisabledOf(reference.Table, key)).Select(g => (Table: t, Trigger: g)))
                .Select(x => $"alter table {x.Table.Sql} enable trigger {SqlText.Identifier(x.Trigger.Name)}").Order(StringComparer.Ordinal),
        ];
        return statements.Length > 0 && !key.IsValidated ? statements.Append(Validate(reference, key.Name)) : statements;
    }
}
