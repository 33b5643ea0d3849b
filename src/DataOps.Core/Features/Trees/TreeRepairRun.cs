using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// One repair of trees in one transaction: deletions first, then what comes back, then what everything's place decides.
/// </summary>
internal sealed class TreeRepairRun(
    Session session, ReferenceCatalog catalog, RepairTreeOptions options, ChangeRun change, OperationContext context)
{
    private static readonly DeletionWords s_words = new(
        "would be deleted, so nothing was changed.", "Delete them first", "use -OnDependent Cascade");

    private readonly ChangeSet _changes = change.Changes;
    private readonly PageTables? _pages = PageTables.Find(catalog);
    private SpecificRowRepair? _halves;
    private int _number;

    /// <summary>Nodes that got a place.</summary>
    public long Reattached { get; private set; }

    /// <summary>Plans the repair of all trees.</summary>
    /// <exception cref="DataOpsException">Something cannot be done as it was asked for.</exception>
    public void Plan(IReadOnlyList<(Tree Tree, IReadOnlyList<Problem> Problems)> trees)
    {
        if (options.Orphan == OrphanNodes.Delete)
            foreach ((Tree tree, IReadOnlyList<Problem> problems) in trees)
                Delete(tree, problems);
        if (_pages is { } pages && trees.FirstOrDefault(t => t.Tree.Table == pages.Pages).Problems is { } found)
        {
            _halves = new SpecificRowRepair(session, pages, change, options, context.Cancellation);
            _halves.Plan(found);
            PointerRepair.Plan(session, pages, change, found, context.Cancellation);
        }
        change.Follow(options.OnDependent, s_words, Except);
        foreach ((Tree tree, IReadOnlyList<Problem> problems) in trees)
            if (problems.Count > 0 || options.Compact || _changes.Of(tree.Table).Planned > 0)
                Repair(tree, problems);
    }

    private void Delete(Tree tree, IReadOnlyList<Problem> problems)
    {
        string[] keys =
            [.. problems.Where(p => p.Class is TreeProblem.Orphan or TreeProblem.BelowOrphan or TreeProblem.Cycle)
                .Select(p => p.Key!)];
        if (keys.Length == 0)
            return;
        SqlText from = $"from {tree.Table} t join unnest({keys}) l (key) on l.key = {tree.Key("t")}";
        _changes.Of(tree.Table).PlanDelete(from);
    }

    // Children are counted from the rows that are left; a row in a type's table takes no page with it that keeps its
    // other half.
    private SqlText Except(Table table, Column? column) =>
        column?.Name == "numchild" || (table == _pages?.Pages && column is null) ? $" and false" : SqlText.Empty;

    private void Repair(Tree tree, IReadOnlyList<Problem> problems)
    {
        TablePlan rows = _changes.Of(tree.Table);
        HoldingPage? holding = tree.Table == _pages?.Pages
            ? new HoldingPage(session, _pages!, rows, context.Cancellation)
            : null;
        PagePlacement? placement = holding is null
            ? null
            : new PagePlacement(session, _pages!, options.DuplicateSlug, Lost(problems), holding, context);
        IEnumerable<Column?> columns =
            [tree.Path, tree.Depth, tree.NumChild, tree.Left, tree.Right, tree.TreeId, tree.Parent?.Column, tree.Order,
            .. placement?.Columns ?? []];
        NodeRows nodes =
            new(session, catalog.LabelOf(tree.Table), rows, $"dataops_tree_{++_number}", [.. columns.OfType<Column>()],
                context.Cancellation);
        context.Report($"Planning {tree.Table}", 0, tree.Table.EstimatedRows);
        switch (tree.Kind)
        {
            case TreeKind.MaterialisedPath:
                RepairPaths(tree, nodes, placement);
                break;
            case TreeKind.NestedSets:
                NestedSetsRepair.Fill(session, tree, nodes, context.Cancellation);
                break;
            case TreeKind.Ltree:
                RepairLabels(tree, nodes);
                break;
            default:
                RepairParents(tree, nodes);
                break;
        }
        if (holding is not null)
            change.Plan(holding);
        // What hangs on the places is written last: it is counted with all that is inserted and deleted.
        change.PlanLast(nodes);
    }

    // Their url_path is the last trace of where they belong, so a person has to say.
    private IReadOnlyList<LostBranch> Lost(IReadOnlyList<Problem> problems)
    {
        int pages = problems.Count(p => p.Class == TreeProblem.LostParent);
        if (pages == 0 || options.LostParent == LostParent.Adopt)
            return [];
        IReadOnlyList<LostBranch> branches = LostBranch.Read(session, _pages!, context.Cancellation);
        LostBranch first = branches[0];
        context.Warning?.Invoke(
            $"Left alone: {pages} {(pages == 1 ? "page comes" : "pages come")} from a missing parent, as page "
                + $"{first.Key} from {first.Address}, and now stand below another page, as {first.Stranger} "
                + $"({first.StrangerUrl}), which has got its path. Move them with Move-Page, or leave them there with "
                + "-LostParent Adopt.");
        return branches;
    }

    private void RepairPaths(Tree tree, NodeRows nodes, PagePlacement? placement)
    {
        PathScheme scheme = PathScheme.Of(session, tree, options.StepLength, options.Alphabet, context.Cancellation);
        if (!scheme.IsCertain)
            throw new DataOpsException(
                ErrorIds.UnknownStepLength, FailureKind.InvalidOperation,
                $"The rows of {tree.Table} leave the step length of its paths open ({scheme.StepLength} is a guess), "
                    + "so nothing was changed.",
                "Give the model's steplen with -StepLength.", tree.Table.DisplayName);
        PathTreeRepair repair = new(session, tree, scheme, nodes, _number, placement, context.Cancellation);
        repair.Fill(placement is null ? null : _halves?.Inserted);
        Reattach(tree, repair.Reattach);
        if (options.Compact)
            repair.Compact();
        repair.Complete();
    }

    private void RepairLabels(Tree tree, NodeRows nodes)
    {
        nodes.Fill($"{tree.Key("c")} as _key");
        Reattach(tree, new LtreeRepair(session, tree, nodes, context.Cancellation).Reattach);
    }

    private void RepairParents(Tree tree, NodeRows nodes)
    {
        ParentTreeRepair repair = new(session, tree, nodes, context.Cancellation);
        repair.Fill();
        Reattach(tree, repair.Reattach);
        repair.Complete(options.Compact);
    }

    // A key means another node in each table: without a name of a table or model it is a page's.
    private void Reattach(Tree tree, Func<string?, int> attach)
    {
        bool isMeant = options.Table.Count + options.Model.Count > 0 || _pages is null || tree.Table == _pages.Pages;
        if (options.Orphan == OrphanNodes.Reattach)
            Reattached += attach(isMeant ? options.To : null);
    }
}
