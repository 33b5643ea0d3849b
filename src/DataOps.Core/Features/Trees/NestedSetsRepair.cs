using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>Puts into a temporary table what counting makes of nested sets.</summary>
internal static class NestedSetsRepair
{
    /// <summary>Fills the temporary table with the rows that change.</summary>
    public static void Fill(Session session, Tree tree, NodeRows nodes, CancellationToken cancellation)
    {
        SetRow[] changed = [.. new NestedSets(session, tree, cancellation).Count()
            .Where(r => (r.TreeId, r.Left, r.Right, r.Depth) != (r.NewTreeId, r.NewLeft, r.NewRight, r.NewDepth))];
        nodes.Fill($"{tree.Key("c")} as _key");
        string[] keys = [.. changed.Select(r => r.Key)];
        long[] Numbers(Func<SetRow, long> number) => [.. changed.Select(number)];
        nodes.Run($"""
            update {nodes.Name} w
            set {tree.TreeId!} = n.tree, {tree.Left!} = n.lft, {tree.Right!} = n.rgt, {tree.Depth!} = n.depth
            from unnest({keys}, {Numbers(r => r.NewTreeId)}, {Numbers(r => r.NewLeft)}, {Numbers(r => r.NewRight)},
              {Numbers(r => r.NewDepth)}) n (key, tree, lft, rgt, depth) where n.key = w._key
            """);
        nodes.KeepChanged();
    }
}
