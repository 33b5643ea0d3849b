namespace DataOps.Core.Django.Trees;

/// <summary>A row of nested sets, and what counting makes of it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="TreeId">Its tree.</param>
/// <param name="Left">Where it begins.</param>
/// <param name="Right">Where it ends.</param>
/// <param name="Depth">Its depth, from 1.</param>
internal sealed record SetRow(string Key, long TreeId, long Left, long Right, long Depth)
{
    /// <summary>The tree that it belongs in.</summary>
    public long NewTreeId { get; set; }

    /// <summary>Where it should begin.</summary>
    public long NewLeft { get; set; }

    /// <summary>Where it should end.</summary>
    public long NewRight { get; set; }

    /// <summary>The depth that it should have.</summary>
    public long NewDepth { get; set; }

    /// <summary>The ancestor that it is not wholly inside of; null when there is none.</summary>
    public SetRow? Overlaps { get; set; }

    /// <summary>The first root of the tree that it is a second root of.</summary>
    public SetRow? SecondTo { get; set; }
}

/// <summary>Counts treebeard's nested sets anew, in the order in which they begin, over one pass of the rows.</summary>
/// <remarks>
/// A row is a child of the innermost one that it begins in. As many rows are in memory as the tree is deep.
/// </remarks>
internal sealed class NestedSets(Session session, Tree tree, CancellationToken cancellation)
{
    private readonly Stack<SetRow> _open = new();
    private readonly Queue<SetRow> _closed = new();
    private SetRow? _root;
    private long _count;
    private long _mostTrees;

    /// <summary>The rows, each when its end is known.</summary>
    public IEnumerable<SetRow> Count()
    {
        SqlText treeId = tree.TreeId!.In("c");
        SqlText left = tree.Left!.In("c");
        SqlText right = tree.Right!.In("c");
        _mostTrees =
            session.Query<long>($"select coalesce(max({treeId}), 0)::int8 from {tree.Table} c", cancellation)[0];
        SqlText sql = $"""
            select {tree.Key("c")}, {treeId}::int8, {left}::int8, {right}::int8, c.{tree.Depth!}::int8
            from {tree.Table} c order by {treeId}, {left}, {right} desc, {tree.KeyOrder("c")}
            """;
        foreach (SetRow row in session.Read(sql,
            r => new SetRow(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4)), cancellation))
        {
            Begin(row);
            while (_closed.TryDequeue(out SetRow? done))
                yield return done;
        }
        CloseUntil(_ => false);
        while (_closed.TryDequeue(out SetRow? done))
            yield return done;
    }

    private void Begin(SetRow row)
    {
        CloseUntil(o => o.TreeId == row.TreeId && o.Right > row.Left);
        if (_open.TryPeek(out SetRow? parent))
        {
            row.NewTreeId = parent.NewTreeId;
            row.Overlaps = row.Right >= parent.Right ? parent : null;
        }
        else
        {
            bool isFirst = _root?.TreeId != row.TreeId;
            row.SecondTo = isFirst ? null : _root;
            row.NewTreeId = isFirst ? row.TreeId : ++_mostTrees;
            _root = isFirst ? row : _root;
            _count = 0;
        }
        row.NewLeft = ++_count;
        row.NewDepth = _open.Count + 1;
        _open.Push(row);
    }

    private void CloseUntil(Func<SetRow, bool> isAround)
    {
        while (_open.TryPeek(out SetRow? inner) && !isAround(inner))
        {
            inner.NewRight = ++_count;
            _closed.Enqueue(_open.Pop());
        }
    }
}
