using DataOps.Core.Features.Audits;

namespace DataOps.Core.Features.Repairs;

/// <summary>
/// Repairs all that a policy decides: trees, content types and orphans in one transaction with one undo file, then
/// constraints and sequences; lists what stays undecided.
/// </summary>
/// <remarks>
/// Every part sees what those before it have written, also with WhatIf, which takes everything back. Constraints and
/// sequences come after the commit, each in a transaction of its own; they are no rows, and not in its undo file.
/// </remarks>
[Operation("Repair", "Database", AsksFirst = true)]
public sealed class RepairDatabase : Operation<RepairDatabaseOptions, IChangeResult>
{
    private const string Name = "Repair-Database";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The policy cannot be meant, a part of it is refused, or others were there
    /// meanwhile: nothing is changed.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, RepairDatabaseOptions options, OperationContext context)
    {
        RepairScope scope = new(session, FindingInput.Only(options.InputObject));
        scope.Require(context);
        RepairPolicy policy = RepairPolicy.Read(options.Policy);
        if (options.Interactive)
            policy = options.Answers.Policy ??= PolicyQuestions.Ask(session, policy, context);
        RepairTally tally = new();
        IEnumerable<IChangeResult> Counted(IEnumerable<IChangeResult> told) => told.Where(tally.Add);
        OtherRepairs others = new(session, policy, scope, options, context);
        string? undoPath;
        MissingStatistics.Make(session, DatabaseCatalog.Read(session), options, context);
        using (WholeChange whole = new(session, Name, options, context.Cancellation))
        {
            RowRepairs rows = new(session, policy, scope, options, whole, tally, context);
            foreach (IChangeResult told in Counted(rows.Run()))
                yield return told;
            foreach (IChangeResult told in Counted(rows.Left()))
                yield return told;
            if (options.WhatIf)
                foreach (IChangeResult told in Counted(others.Run()))
                    yield return told;
            else
                whole.Commit();
            undoPath = whole.UndoPath;
        }
        if (!options.WhatIf)
            foreach (IChangeResult told in Counted(others.Run()))
                yield return told;
        yield return tally.Result(session, Name, options.WhatIf, undoPath, context);
    }
}
