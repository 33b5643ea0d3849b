using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>Computes, in a temporary table, what the nodes of a tree with a parent column should be.</summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="tree">The tree.</param>
/// <param name="nodes">The temporary table.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class ParentTreeRepair(Session session, Tree tree, NodeRows nodes, CancellationToken cancellation)
{
    private readonly Column _key = tree.Parent!.TargetColumns[0];
    private readonly Column _up = tree.Parent.Column;

    /// <summary>Fills the temporary table with the nodes as they are.</summary>
    public void Fill()
    {
        bool isIdentity = nodes.Rows.Identity.Columns.Any(c => c.Name == _key.Name);
        nodes.Fill(isIdentity ? (SqlText)$"false as _moved" : (SqlText)$"{_key.In("c")}, false as _moved");
    }

    /// <summary>
    /// Makes roots of the nodes whose parent does not exist, and of one in each cycle; or children of another node.
    /// </summary>
    /// <exception cref="DataOpsException">That other node is not there; or none is named, and each node must have a
    /// parent.</exception>
    /// <returns>How many branches that were cut off have a place again.</returns>
    public int Reattach(string? to)
    {
        IReadOnlyList<LostRow> lost = ParentWalk.Lost(session, nodes.Name, tree.Parent!, cancellation);
        string[] tops = [.. Tops(lost)];
        if (tops.Length == 0)
            return 0;
        if (to is null && _up.NotNull)
            throw new DataOpsException(
                ErrorIds.NeedsParent, FailureKind.InvalidArgument,
                $"{tree.Parent!.Table}.{_up.Name} cannot be NULL, so nothing was changed.",
                "Name the node to attach to with -To.", tree.Table.DisplayName);
        if (to is not null)
            Require(to, lost);
        SqlText parent = $"{SqlText.Value(to)}::{_up.TypeSql}";
        nodes.Run(
            $"update {nodes.Name} w set {_up} = {parent}, _moved = true where {_key.In("w")}::text = any({tops})");
        return tops.Length;
    }

    /// <summary>Counts anew what follows from the parents.</summary>
    /// <param name="renumbers">Whether gaps between trees, and between siblings, are closed.</param>
    public void Complete(bool renumbers)
    {
        if (tree.Kind == TreeKind.Mptt)
            nodes.Run($"""
                update {nodes.Name} w
                set {tree.Left!} = n.lft, {tree.Right!} = n.rght, {tree.TreeId!} = n.tree_id, {tree.Depth!} = n.level
                from ({MpttNumbers.Query(tree, nodes.Name, renumbers)}) n where n.key = {_key.In("w")}
                """);
        else if (renumbers && tree.Order is { } order)
            nodes.Run($"""
                update {nodes.Name} w set {order} = n.place
                from (select c.{_key} as key,
                    row_number() over (partition by c.{_up} order by c.{order}, c.{_key}) as place
                  from {nodes.Name} c) n
                where n.key = w.{_key}
                """);
        nodes.KeepChanged();
    }

    // A cycle is cut at its first member.
    private static IEnumerable<string> Tops(IReadOnlyList<LostRow> lost)
    {
        Dictionary<string, string> cycles = lost.Where(r => r.Why == LostReason.Cycle).ToDictionary(
            r => r.Key, r => r.Parent);
        HashSet<string> cut = [];
        foreach (LostRow row in lost)
        {
            if (row.Why == LostReason.Orphan)
                yield return row.Key;
            if (row.Why != LostReason.Cycle || cut.Contains(row.Key))
                continue;
            yield return row.Key;
            for (string member = row.Key; cut.Add(member); member = cycles[member])
            {
            }
        }
    }

    private void Require(string to, IReadOnlyList<LostRow> lost)
    {
        bool exists = session.Query<bool>(
            $"select exists (select 1 from {nodes.Name} w where w.{_key}::text = {SqlText.Value(to)})",
            cancellation)[0];
        if (!exists || lost.Any(r => r.Key == to))
            throw nodes.UnknownNode(to);
    }
}
