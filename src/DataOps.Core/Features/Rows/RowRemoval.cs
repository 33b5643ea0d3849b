using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Rows;

/// <summary>
/// The removal of chosen rows in one transaction: they, and what becomes of all that depends on them.
/// </summary>
internal sealed class RowRemoval(
    Session session, ReferenceCatalog catalog, RemoveRowOptions options, ChangeRun change,
    IReadOnlyList<ChosenRows> chosen, OperationContext context)
{
    private const int Named = 3;

    private static readonly DeletionWords s_words = new(
        "would be deleted, so nothing was changed.", "Delete them first", "use -OnDependent Cascade");

    /// <summary>Plans it.</summary>
    /// <exception cref="DataOpsException">Rows that are kept need rows that are deleted, or rows below them in a tree
    /// are not to go: all of them.</exception>
    public void Plan()
    {
        RequireOneTransaction();
        foreach (ChosenRows rows in chosen)
            rows.Rows.Rows.PlanDelete(rows.Rows.From);
        context.Report("Finding dependent rows", 0, null);
        // Whoever is told of what is below first can choose before being asked about what depends on that.
        RequireNoneBelow([.. chosen.Select(c => NodesOf(c.Table)).OfType<Tree>().Distinct()],
            tree => (tree.Table.Sql, $"(select * from {tree.Table} p where {IsChosen(tree.Table, "p")})"));
        change.Follow(options.OnDependent, s_words);
        RequireNoneBelow(
            [.. change.Changes.Tables.Where(t => t.Deletes).Select(t => PathTree(t.Table)).OfType<Tree>()],
            tree => (Deleted(tree.Table), Deleted(tree.Table)));
        change.Count();
    }

    /// <summary>The chosen rows with their labels, the first of each table.</summary>
    public IEnumerable<RowToRemove> Describe() => chosen.SelectMany(c => session.Read(
        $"""
        select o._key, {RowLabel.Of(catalog, c.Table, "t")} {c.Rows.From}
        order by {c.Rows.Rows.Identity.Of("o")} limit {RowList.Most}
        """,
        r => new RowToRemove(session.Server, session.Database, catalog.LabelOf(c.Table), c.Table.DisplayName,
            r.GetString(0), r.IsDBNull(1) ? null : r.GetString(1)),
        context.Cancellation));

    /// <summary>The sum of what <see cref="Describe"/> tells.</summary>
    public static RemoveRowResult Result(
        IReadOnlyList<ChosenRows> chosen, IReadOnlyList<RowToRemove> rows, long skipped)
    {
        long all = chosen.Sum(c => c.Rows.Count);
        IEnumerable<string> first = rows.Take(Named).Select(
            r => $"{r.Model ?? r.Table} {r.Key}{(r.Label is null ? "" : $" ({r.Label})")}");
        return new RemoveRowResult
        {
            Rows = all,
            First = all == 0 ? null : string.Join(", ", first) + (all > Named ? $" and {all - Named} more" : ""),
            Skipped = skipped,
        };
    }

    // What is below a node goes in the node's transaction, whichever batch that is.
    private void RequireOneTransaction()
    {
        if (options.BatchSize is not null && chosen.FirstOrDefault(c => NodesOf(c.Table) is not null) is { } tree)
            throw new DataOpsException(
                ErrorIds.ContradictingOptions, FailureKind.InvalidArgument,
                $"-BatchSize does not suit {catalog.LabelOf(tree.Table) ?? tree.Table.DisplayName}, whose rows are "
                    + "nodes of a tree: they are deleted in one transaction.",
                "Leave -BatchSize out.", nameof(options.BatchSize));
    }

    // Nodes that nobody named, and that go because a node above them does.
    private void RequireNoneBelow(IReadOnlyList<Tree> trees, Func<Tree, (SqlText Nodes, SqlText Above)> relations)
    {
        if (options.Recurse)
            return;
        RowList below = new();
        foreach (Tree tree in trees)
            below.AddAll(session, Below(tree, relations(tree)), catalog.LabelOf(tree.Table) ?? tree.Table.DisplayName,
                context.Cancellation);
        string move = trees.Any(t => catalog.IsPage(t.Table)) ? ", or move them first with Move-Page" : "";
        below.ThrowIfAny(
            ErrorIds.RowsBelow, FailureKind.InvalidOperation,
            "{0} a row above in the tree that would be deleted, so nothing was changed.",
            $"Add -Recurse to delete them too{move}.");
    }

    private SqlText Below(Tree tree, (SqlText Nodes, SqlText Above) relations)
    {
        Column path = tree.Path!;
        return $"""
            select coalesce({RowLabel.Of(catalog, tree.Table, "c")}, ''), {tree.Key("c")}, count(*) over ()
            from {relations.Nodes} c
            where not ({IsChosen(tree.Table, "c")}) and ({tree.Key("c")}) in (
              select {tree.Key("c")} from {relations.Nodes} c
              cross join generate_series(1, length({path.In("c")}) - 1) n
              join {relations.Above} a on {path.In("a")} = left({path.In("c")}, n))
            order by {tree.PathOf("c")} limit {RowList.Most}
            """;
    }

    private SqlText Deleted(Table table) => $"(select * from {change.Changes.Of(table).Name} where _action = 'D')";

    // A half has the key of its parent's half.
    private SqlText IsChosen(Table nodes, Alias row) => nodes.SingleKey is not { } key
        ? (SqlText)$"false"
        : SqlText.Join(" or ", chosen.Where(c => c.Table.SingleKey is not null && IsHalfOf(c.Table, nodes)).Select(
            c => (SqlText)$"""
                exists (select 1 from {c.Rows.Name} o where {c.Table.SingleKey!.In("o")} = {key.In(row)})
                """).DefaultIfEmpty((SqlText)$"false"));

    private bool IsHalfOf(Table table, Table parent) =>
        table == parent
        || (catalog.ParentLink(table) is { Target: { } next } link && link.Column == table.SingleKey
            && IsHalfOf(next, parent));

    private Tree? NodesOf(Table table) =>
        PathTree(table) ?? (catalog.ParentLink(table) is { Target: { } parent } ? NodesOf(parent) : null);

    private Tree? PathTree(Table table) => TreeReader.PathTree(catalog.Tables, table);
}
