namespace DataOps.Core.Features.Orphans;

/// <summary>Says which orphans nothing can be done to as it was asked for, all in one failure.</summary>
internal static class RepairRefusal
{
    /// <summary>Makes sure that every step has an action that suits it.</summary>
    /// <exception cref="DataOpsException"><c>UndecidedReferences</c> or <c>UnsuitedAction</c>: which references, and
    /// what suits them.</exception>
    public static void Require(ReferenceCatalog catalog, IReadOnlyList<RepairStep> steps)
    {
        if (Undecided(steps) is { } undecided)
            throw undecided;
        RepairStep[] unsuited = [.. steps.Where(s => !s.Choices.Contains(s.Action!.Value))];
        if (unsuited.Length > 0)
            throw Refusal(
                ErrorIds.UnsuitedAction,
                $"{Count(unsuited)} orphans for which {unsuited[0].Action} is not possible, so nothing was changed.",
                unsuited,
                s => Why(catalog, s) + Suits(s));
    }

    /// <summary>The references that nobody has said what to do about; null when there are none.</summary>
    /// <remarks>What a history keeps is never changed without being told how.</remarks>
    public static DataOpsException? Undecided(IReadOnlyList<RepairStep> steps)
    {
        RepairStep[] undecided = [.. steps.Where(s => s.Action is null)];
        return undecided.Length == 0 ? null : Refusal(
            ErrorIds.UndecidedReferences,
            $"{Count(undecided)} orphans without a safe default action, so nothing was changed.", undecided, Suits);
    }

    private static string Count(RepairStep[] steps) =>
        $"{Counted.Of(steps.Length, "reference")} {(steps.Length == 1 ? "has" : "have")}";

    private static DataOpsException Refusal(
        string id, string sentence, RepairStep[] steps, Func<RepairStep, string> what)
    {
        int width = Math.Min(steps.Max(s => s.Line.Length), 80);
        return new DataOpsException(
            id, FailureKind.InvalidOperation,
            sentence + string.Concat(steps.Select(s => $"\n  {s.Line.PadRight(width)}  {what(s)}")),
            "Choose with -Action, one kind of orphan at a time: filter with -Reference, -Class or -Table, or pipe "
                + "them.", steps[0].Reference.Name);
    }

    private static string Suits(RepairStep step) =>
        (step.Reference is { IsRevisionPointer: true } r && r.Table.Name == DjangoName.OfTable(WagtailTables.Page)
            ? "Repair-Tree sets the newest, else "
            : "")
        + string.Join(", ", step.Choices);

    private static string Why(ReferenceCatalog catalog, RepairStep step) => step.Action switch
    {
        OrphanAction.SetNull => "cannot be NULL: ",
        OrphanAction.Repoint when step.Reference.Columns.Count == 1 => "is the row's own key: ",
        OrphanAction.RecreateParent when step.Reference is { Columns.Count: 1, Target: { } target } =>
            PlaceholderRow.Obstacle(catalog, target, step.Reference.TargetColumns[0]) is { } obstacle
            ? obstacle + "; else "
            : "",
        OrphanAction.RebuildHalf or OrphanAction.PlainPage => "does not link a page with its specific row: ",
        _ => "",
    };
}
