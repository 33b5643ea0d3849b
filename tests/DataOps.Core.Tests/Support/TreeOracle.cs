namespace DataOps.Core.Tests.Support;

/// <summary>
/// What is wrong in a random tree, found out row by row in memory: lines of table, class, key and what should be.
/// </summary>
internal sealed class TreeOracle(int slot, List<RandomNode> nodes, int step, string alphabet)
{
    private readonly Dictionary<int, RandomNode> _byId = nodes.ToDictionary(n => n.Id);

    public IEnumerable<string> Find() =>
        Paths().Concat(Parents("mptt")).Concat(Parents("al")).Concat(MpttNumbers()).Concat(Sets());

    private IEnumerable<string> Paths()
    {
        string Line(string problem, RandomNode node, object? expected = null) =>
            $"mp{slot} {problem} {node.Id} {expected}";
        bool IsValid(RandomNode n) => n.Path.All(alphabet.Contains) && n.Path.Length % step == 0 && n.Path.Length > 0;
        bool IsOrphan(RandomNode n) => IsValid(n) && n.Path.Length > step && nodes.All(p => p.Path != n.Path[..^step]);
        bool hasOneCase = alphabet.ToUpperInvariant().Distinct().Count() == alphabet.Length;
        string Fold(string path) => hasOneCase ? path.ToUpperInvariant() : path;
        foreach (RandomNode node in nodes)
        {
            RandomNode first = nodes.Where(n => Fold(n.Path) == Fold(node.Path)).OrderBy(
                n => n.Path.All(alphabet.Contains) ? 0 : 1).ThenBy(n => n.Path,
                StringComparer.Ordinal).ThenBy(n => n.Id).First();
            if (first != node)
                yield return Line("Duplicate", node);
            if (!node.Path.All(alphabet.Contains))
                yield return Line("Alphabet", node);
            else if (!IsValid(node))
                yield return Line("Length", node);
            if (!IsValid(node))
                continue;
            int children =
                nodes.Count(n => n.Path.Length == node.Path.Length + step
                    && n.Path.StartsWith(node.Path, StringComparison.Ordinal));
            if (IsOrphan(node))
                yield return Line("Orphan", node);
            else if (nodes.Any(o => IsOrphan(o) && o.Path.Length < node.Path.Length
                && node.Path.StartsWith(o.Path, StringComparison.Ordinal)))
                yield return Line("BelowOrphan", node);
            if (node.Depth != node.Path.Length / step)
                yield return Line("Depth", node, node.Path.Length / step);
            if (node.NumChild != children)
                yield return Line("NumChild", node, children);
            if (node.Path[^step..].All(c => c == alphabet[0]))
                yield return Line("Step", node);
            if (node.Path[^step..].All(c => c == alphabet[^1]))
                yield return Line("Full", node);
        }
    }

    private IEnumerable<string> Parents(string table)
    {
        foreach (RandomNode node in nodes)
        {
            if (node.Parent is not { } parent || Reaches(node))
                continue;
            bool isCycle = false;
            HashSet<int> seen = [];
            for (RandomNode? up = node; up?.Parent is { } id && seen.Add(id); up = _byId.GetValueOrDefault(id))
                isCycle |= id == node.Id;
            yield return $"{table}{slot} {(!_byId.ContainsKey(parent) ? "Orphan" : isCycle ? "Cycle" : "BelowOrphan")} {node.Id} ";
        }
    }

    private bool Reaches(RandomNode node)
    {
        HashSet<int> seen = [];
        RandomNode? up = node;
        while (up is { Parent: { } id } && seen.Add(up.Id))
            up = _byId.GetValueOrDefault(id);
        return up is { Parent: null };
    }

    private List<string> MpttNumbers()
    {
        RandomNode[] Order(IEnumerable<RandomNode> some) =>
            [.. some.OrderBy(n => n.TreeId).ThenBy(n => n.Left).ThenBy(n => n.Id)];
        List<string> lines = [];
        int most = nodes.Select(n => n.TreeId).DefaultIfEmpty(0).Max();
        HashSet<int> trees = [];
        int count = 0;
        void Walk(RandomNode node, int level, int tree)
        {
            void Compare(string problem, int has, int should)
            {
                if (has != should)
                    lines.Add($"mptt{slot} {problem} {node.Id} {should}");
            }
            Compare("TreeId", node.TreeId, tree);
            Compare("Level", node.Level, level);
            Compare("Left", node.Left, ++count);
            foreach (RandomNode child in Order(nodes.Where(n => n.Parent == node.Id)))
                Walk(child, level + 1, tree);
            Compare("Right", node.Right, ++count);
        }
        foreach (RandomNode root in Order(nodes.Where(n => n.Parent is null)))
        {
            count = 0;
            Walk(root, 0, trees.Add(root.TreeId) ? root.TreeId : ++most);
        }
        return lines;
    }

    private List<string> Sets()
    {
        RandomNode[] rows =
            [.. nodes.OrderBy(n => n.TreeId).ThenBy(n => n.Left).ThenByDescending(n => n.Right).ThenBy(n => n.Id)];
        Dictionary<RandomNode, RandomNode?> above = new(ReferenceEqualityComparer.Instance);
        RandomNode? before = null;
        foreach (RandomNode row in rows)
        {
            RandomNode? up = before?.TreeId == row.TreeId ? before : null;
            while (up is not null && up.Right <= row.Left)
                up = above[up];
            (above[row], before) = (up, row);
        }
        List<string> lines = [];
        int most = nodes.Select(n => n.TreeId).DefaultIfEmpty(0).Max();
        HashSet<int> trees = [];
        int count = 0;
        void Walk(RandomNode node, int depth, int tree, bool isSecond)
        {
            void Line(string problem, int should) => lines.Add($"ns{slot} {problem} {node.Id} {should}");
            if (node.Left != ++count)
                Line("Left", count);
            if (node.TreeId != tree)
                Line(isSecond ? "Root" : "TreeId", tree);
            if (node.Level + 1 != depth)
                Line("Depth", depth);
            foreach (RandomNode child in rows.Where(r => above[r] == node && r.Id != node.Id))
                Walk(child, depth + 1, tree, isSecond: false);
            count++;
            if (node.Right <= node.Left)
                Line("Interval", count);
            else if (above[node] is { } up && node.Right >= up.Right)
                Line("Overlap", count);
            else if (node.Right != count)
                Line("Right", count);
        }
        foreach (RandomNode root in rows.Where(r => above[r] is null))
        {
            count = 0;
            bool isFirst = trees.Add(root.TreeId);
            Walk(root, 1, isFirst ? root.TreeId : ++most, !isFirst);
        }
        return lines;
    }
}
