using DataOps.Core.PageRepair;

namespace DataOps.Core.Features.Orphans;

/// <summary>
/// One repair in one transaction: what becomes of orphans and of all that depends on them, planned and applied.
/// </summary>
internal sealed class RepairRun(
    Session session, ReferenceCatalog catalog, RepairOrphanOptions options, ChangeRun change,
    IReadOnlyList<RepairStep> steps, OperationContext context)
{
    private static readonly DeletionWords s_words = new(
        "would be deleted, so nothing was changed.", "Delete them first", "use -OnDependent Cascade");

    private readonly List<IRepair> _repairs = [];
    private readonly Dictionary<TablePlan, NewValues> _newValues = [];

    /// <summary>Plans what becomes of the orphans, and of all that depends on them.</summary>
    /// <exception cref="DataOpsException">Something cannot be done as it was asked for; everything of that kind is
    /// named.</exception>
    public void Plan()
    {
        foreach (RepairStep step in steps)
            Choose(step);
        ChooseParents();
        foreach (IRepair repair in _repairs)
            change.Plan(repair);
        long chosen = Deleted.Sum(t => t.Count('D'));
        change.Follow(options.OnDependent, s_words);
        RequireNames(chosen);
        if (options.Action == OrphanAction.Quarantine && steps.Count > 0)
            change.Plan(new QuarantineTable(session, catalog, change.Changes, options.QuarantineTable, steps, context));
        change.Confirm(RequireOrphans);
        change.Count();
    }

    private void Choose(RepairStep step)
    {
        switch (step.Action)
        {
            case OrphanAction.SetNull:
                ValuesOf(step.Orphans.Rows)
                    .Add(step.Orphans,
                        step.Reference.Clearable.ToDictionary(c => c.Name, c => (SqlText)$"null::{c.TypeSql}"));
                break;
            case OrphanAction.Repoint:
                ValuesOf(step.Orphans.Rows).Add(
                    step.Orphans, new Repointing(session, catalog, context.Cancellation).Values(step, options.To!));
                break;
            case OrphanAction.PlainPage:
                new PlainPages(session, catalog, change.Changes, step.Orphans, ValuesOf, context.Cancellation).Plan();
                break;
            case OrphanAction.Delete or OrphanAction.Quarantine:
                step.Orphans.Rows.PlanDelete(step.Orphans.From);
                break;
        }
    }

    private IEnumerable<TablePlan> Deleted => change.Changes.Tables.Where(t => t.Deletes);

    // A person who says yes to a class of references cannot know what hangs on their rows.
    private void RequireNames(long chosen)
    {
        RepairStep[] unnamed = [.. steps.Where(s => s is { Deletes: true, IsNamed: false, Orphans.Count: > 0 })];
        if (unnamed.Length == 0)
            return;
        TablePlan[] deleted = [.. Deleted];
        bool IsContent(TablePlan t) => catalog.ModelOf(t.Table) is not { } m || !DjangoTables.Derived.Contains(m.Label);
        bool hasMore = deleted.Where(IsContent).Sum(t => t.Count('D')) > chosen;
        bool hasPeople =
            deleted.Any(t => catalog.IsPageOrHalf(t.Table) || KnownNaturalKeys.IsOfUsers(t.Table));
        if (!hasMore && !hasPeople)
            return;
        string rows = string.Join(", ", deleted.Select(t =>
            $"{catalog.ModelOf(t.Table)?.Label ?? t.Table.DisplayName} {t.Count('D')}"));
        string pages =
            PageList.Deleted(session, catalog, deleted, context.Cancellation) is { } list ? $" ({list})" : "";
        throw new DataOpsException(
            ErrorIds.ReferenceNotNamed, FailureKind.InvalidOperation,
            $"More would be deleted than the rows without a target, so nothing was changed: {rows}{pages}.",
            $"Look at them with -WhatIf -Detailed, and name what is to go: -Reference "
                + $"{string.Join(",", unnamed.Select(s => $"'{s.Reference.Name}'"))}.",
            unnamed[0].Reference.Name);
    }

    // Two references may miss the same row.
    private void ChooseParents()
    {
        RepairStep[] parents =
            [.. steps.Where(s => s.Action is OrphanAction.RecreateParent or OrphanAction.RebuildHalf)];
        bool IsOfPage(RepairStep step) => step.Reference.ContentTypeColumn is not null
            || (step.Reference.IsParentLink && catalog.LeadsToPage(step.Reference));
        RepairStep[] halves = [.. parents.Where(IsOfPage)];
        if (halves.Length > 0)
            _repairs.Insert(0, new RebuiltSpecificRows(
                session, catalog, change.Changes, [.. halves.Select(h => h.Orphans)], locks: !change.IsWhatIf,
                context.Cancellation));
        foreach (IGrouping<Table, RepairStep> steps in parents.Except(halves).GroupBy(s => s.Reference.Target!))
            _repairs.Insert(0,
                new PlaceholderParents(session, catalog, change.Changes.Of(steps.Key), [.. steps], _repairs.Count + 1,
                    context.Cancellation));
    }

    private NewValues ValuesOf(TablePlan rows)
    {
        if (!_newValues.TryGetValue(rows, out NewValues? values))
            _repairs.Add(values = _newValues[rows] = new NewValues(session, catalog, rows, context.Cancellation));
        return values;
    }

    // The rows are locked: whether they still miss what they refer to is certain from here on.
    private void RequireOrphans()
    {
        foreach (RepairStep step in steps)
        {
            long left = step.Missing.Sum(
                m => session.Query<long>(
                    $"select count(*) {step.Orphans.From} where {m.IsDangling("t")}", context.Cancellation)[0]);
            if (left != step.Orphans.Count)
                throw new DataOpsException(
                    ErrorIds.ChangedMeanwhile, FailureKind.Busy,
                    $"{step.Orphans.Count - left} of the {Counted.Of(step.Orphans.Count, "orphan")} of {step.Name} "
                        + $"{(step.Orphans.Count - left == 1 ? "has" : "have")} been fixed by another session. "
                        + "Nothing was changed.",
                    "Run it again: it plans with the current rows.", step.Reference.Name);
        }
    }
}
