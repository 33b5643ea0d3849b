namespace DataOps.Core.Django.Trees;

/// <summary>Checks treebeard's nested sets.</summary>
internal sealed class NestedSetsCheck(Session session, Tree tree, CancellationToken cancellation)
{
    /// <summary>The problems.</summary>
    public IEnumerable<Problem> Find() => new NestedSets(session, tree, cancellation).Count().SelectMany(Of);

    private IEnumerable<Problem> Of(SetRow row)
    {
        if (row.Right <= row.Left)
            yield return Problem(
                TreeProblem.Interval, row, tree.Right!, row.Right, row.NewRight, $"it begins at {row.Left}");
        else if (row.Overlaps is { } around)
            yield return Problem(TreeProblem.Overlap, row, tree.Right!, row.Right, row.NewRight,
                $"it begins in {around.Key}, which ends at {around.Right}");
        else if (row.Right != row.NewRight)
            yield return Problem(TreeProblem.Right, row, tree.Right!, row.Right, row.NewRight, null, Severity.Warning);
        if (row.SecondTo is { } first)
            yield return Problem(TreeProblem.Root, row, tree.TreeId!, row.TreeId, row.NewTreeId,
                $"{first.Key} is the root of this tree");
        else if (row.TreeId != row.NewTreeId)
            yield return Problem(
                TreeProblem.TreeId, row, tree.TreeId!, row.TreeId, row.NewTreeId, "it is inside a second root");
        if (row.Left != row.NewLeft)
            yield return Problem(TreeProblem.Left, row, tree.Left!, row.Left, row.NewLeft, null, Severity.Warning);
        if (row.Depth != row.NewDepth)
            yield return Problem(TreeProblem.Depth, row, tree.Depth!, row.Depth, row.NewDepth, null);
    }

    private Problem Problem(TreeProblem @class, SetRow row, Column column, long value, long expected, string? note,
        Severity severity = Severity.Error) =>
        new(@class, severity, tree.Table, row.Key, column.Name, $"{value}", $"{expected}", note);
}
