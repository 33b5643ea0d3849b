namespace DataOps.Core.Features.Constraints;

/// <summary>
/// What has to be done to have a reference enforced: the statements, each for a transaction of its own.
/// </summary>
/// <param name="Reference">The reference.</param>
/// <param name="Action">What is to be done.</param>
/// <param name="Name">The constraint's name.</param>
/// <param name="Statements">The statements.</param>
internal sealed record ConstraintStep(
    Reference Reference, ConstraintAction Action, string Name, IReadOnlyList<SqlText> Statements)
{
    /// <summary>What a reference needs; null when it needs nothing, or nothing that this operation does.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="notValid">Add it, and leave its rows unchecked.</param>
    public static ConstraintStep? For(Reference reference, bool notValid) => reference switch
    {
        { Class: ReferenceClass.Implied, Target: not null } => Add(reference, notValid),
        { Constraint: { IsEnforced: false } key } =>
            new(reference, ConstraintAction.Enable, key.Name, [.. Enable(reference, key)]),
        { Constraint: { IsValidated: false } key } when !notValid =>
            new(reference, ConstraintAction.Validate, key.Name, [Validate(reference, key.Name)]),
        _ => null,
    };

    private static ConstraintStep Add(Reference reference, bool notValid)
    {
        string name = DjangoName.OfForeignKey(
            reference.Table.Name, [.. reference.Columns.Select(c => c.Name)], reference.Target!.Name,
            reference.TargetColumns[0].Name);
        // NOT VALID reads no rows: the lock that keeps writers out of both tables is held for a moment.
        SqlText references = $"references {reference.Target} ({reference.TargetColumns}) deferrable initially deferred";
        SqlText add =
            $"alter table {reference.Table} add constraint {SqlText.Identifier(name)} foreign key " +
                $"({reference.Columns}) {references} not valid";
        return new ConstraintStep(
            reference, ConstraintAction.Add, name, notValid ? [add] : [add, Validate(reference, name)]);
    }

    private static SqlText Validate(Reference reference, string name) =>
        $"alter table {reference.Table} validate constraint {SqlText.Identifier(name)}";

    // None of a constraint that is NOT ENFORCED: it has no triggers.
    private static IEnumerable<SqlText> Enable(Reference reference, ForeignKey key)
    {
        SqlText[] statements =
        [
            .. new[] { reference.Table, reference.Target! }.Distinct()
                .SelectMany(t => t.Triggers.Where(g => g.IsDisabledOf(reference.Table, key)).Select(
                    g => (Table: t, Trigger: g)))
                .Select(x => (SqlText)$"alter table {x.Table} enable trigger {SqlText.Identifier(x.Trigger.Name)}")
                .OrderBy(s => s.ToString(), StringComparer.Ordinal),
        ];
        return statements.Length > 0 && !key.IsValidated
            ? statements.Append(Validate(reference, key.Name))
            : statements;
    }
}
