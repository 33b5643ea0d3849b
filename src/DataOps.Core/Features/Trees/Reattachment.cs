using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// Gives homeless nodes a place: a branch keeps its form, and its top goes behind the last child of the nearest
/// ancestor that is left.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="scheme">How paths are written.</param>
/// <param name="reached">A relation of _key and path of the nodes that have a place.</param>
/// <param name="ancestors">For the top of a branch, other paths that its ancestors may have, by what else is known of
/// it.</param>
/// <param name="hold">The path of a node for branches of which no ancestor but a root is left, given the next path
/// below the root and one that needs it; they go below the root when absent.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class Reattachment(
    Session session, PathScheme scheme, SqlText reached,
    Func<IReadOnlyList<DetachedNode>, IReadOnlyDictionary<string, IReadOnlyList<string>>> ancestors,
    Func<Func<string>, DetachedNode, string>? hold, CancellationToken cancellation)
{
    private readonly int _step = scheme.StepLength;
    private readonly Dictionary<string, long> _last = [];
    private string? _held;

    /// <summary>Sets the new path of each.</summary>
    /// <param name="nodes">The homeless nodes, by path.</param>
    /// <param name="to">The path of the node that all go to; null for the nearest ancestor's.</param>
    /// <param name="fallback">Where a branch goes of which no ancestor is left; an empty path makes a root of
    /// it.</param>
    /// <exception cref="DataOpsException"><c>TreeFull</c>: a node has as many children as its paths allow.</exception>
    public void Place(IReadOnlyList<DetachedNode> nodes, string? to, string fallback)
    {
        Dictionary<string, DetachedNode> byPath = [];
        foreach (DetachedNode node in nodes)
        {
            byPath.TryAdd(node.Path, node);
            node.Above = node.Path.Length > _step
                && byPath.TryGetValue(scheme.Parent(node.Path), out DetachedNode? above) && above != node
                ? above
                : null;
        }
        DetachedNode[] tops = [.. nodes.Where(n => n.Above is null)];
        Dictionary<DetachedNode, string> places =
            to is null ? Nearest(tops, fallback) : tops.ToDictionary(n => n, _ => to);
        ReadLast([.. places.Values.Append(fallback).Distinct()]);
        foreach (DetachedNode top in tops)
            top.NewPath = Next(places[top]);
        // A parent's path is shorter, so it comes first.
        foreach (IGrouping<DetachedNode, DetachedNode> siblings in nodes.Where(n => n.Above is not null).GroupBy(
            n => n.Above!).OrderBy(g => g.Key.Path.Length))
            PlaceBelow(siblings.Key.NewPath!, [.. siblings]);
    }

    // Below their own parent they keep their steps, as far as these are any.
    private void PlaceBelow(string parent, DetachedNode[] siblings)
    {
        HashSet<string> taken = [];
        foreach (DetachedNode node in siblings)
            if (node.Path[^_step..] is var step && scheme.Number(step) is > 0 && taken.Add(step))
                node.NewPath = parent + step;
        _last[parent] = taken.Select(s => scheme.Number(s)!.Value).DefaultIfEmpty(0).Max();
        foreach (DetachedNode node in siblings.Where(n => n.NewPath is null))
            node.NewPath = Next(parent);
    }

    private Dictionary<DetachedNode, string> Nearest(DetachedNode[] tops, string fallback)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> others = ancestors(tops);
        string[] paths = [.. tops.SelectMany(t => Prefixes(t.Path)).Distinct()];
        HashSet<string> there = [.. session.Query<string>(
            $"select r.path from {reached} r where r.path = any({paths})", cancellation)];
        Dictionary<DetachedNode, string> places = [];
        foreach (DetachedNode top in tops)
        {
            string? nearest = Prefixes(top.Path).Where(there.Contains).Where(p => !IsRootOnly(top, p))
                .Concat(others.GetValueOrDefault(top.Key, []))
                .MaxBy(p => p.Length);
            places[top] = nearest ?? (hold is null ? fallback : Held(top, fallback));
        }
        return places;
    }

    // A root is everybody's ancestor, and says nothing unless it was the parent.
    private bool IsRootOnly(DetachedNode top, string path) =>
        hold is not null && path.Length == _step && top.Path.Length > 2 * _step;

    private string Held(DetachedNode top, string root)
    {
        if (_held is not null)
            return _held;
        ReadLast([root]);
        _held = hold!(() => Next(root), top);
        ReadLast([_held]);
        return _held;
    }

    // From the nearest ancestor on, however long the last step is.
    private IEnumerable<string> Prefixes(string path)
    {
        for (int length = (path.Length - 1) / _step * _step; length > 0; length -= _step)
            yield return path[..length];
    }

    private void ReadLast(string[] places)
    {
        SqlText last = $"right(r.path, {SqlText.Literal(_step)})";
        SqlText up = scheme.ParentSql($"r.path");
        SqlText sql = $"""
            select {up}, (array_agg({last} order by {scheme.Order(last)} desc))[1] from {reached} r
            where {up} = any({places}) group by 1
            """;
        foreach ((string parent, string step) in session.Read(sql, r => (r.GetString(0), r.GetString(1)), cancellation))
            _last[parent] = Math.Max(_last.GetValueOrDefault(parent), scheme.Number(step) ?? 0);
    }

    private string Next(string parent) => scheme.Child(parent, _last[parent] = _last.GetValueOrDefault(parent) + 1);
}
