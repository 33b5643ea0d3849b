using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// Gives the nodes of an ltree that no root leads to a place below the nearest ancestor that is left.
/// </summary>
internal sealed class LtreeRepair(Session session, Tree tree, NodeRows nodes, CancellationToken cancellation)
{
    private readonly SqlText _path = tree.Path!.In("w");

    /// <summary>Nodes that got another place.</summary>
    public int Reattached { get; private set; }

    /// <summary>Fills the temporary table with the nodes as they are.</summary>
    public void Fill() => nodes.Fill($"{tree.Key("c")} as _key");

    /// <summary>Moves what is cut off: a branch as a whole, its top with its own label where that is free.</summary>
    /// <exception cref="DataOpsException">The node that they are to be attached to is not there.</exception>
    public void Reattach(string? to)
    {
        List<(string Key, string Path)> rows = [.. session.Read(
            $"""select w._key, {_path} from {nodes.Name} w order by {_path} collate "C", w._key""",
            r => (r.GetString(0), r.GetString(1)), cancellation)];
        HashSet<string> reached = [];
        List<(string Key, string Path)> homeless = [];
        // By the number of labels: a parent is looked at before its children.
        foreach ((string Key, string Path) row in rows.OrderBy(r => r.Path.Count(c => c == '.')))
            if (!(Parent(row.Path) is "" || reached.Contains(Parent(row.Path))) || !reached.Add(row.Path))
                homeless.Add(row);
        string? target = to is null || homeless.Count == 0 ? null : rows
            .Where(r => r.Key == to && reached.Contains(r.Path)).Select(r => r.Path).FirstOrDefault()
            ?? throw new DataOpsException(
                ErrorIds.UnknownNode, FailureKind.NotFound,
                $"{tree.Table} has no node \"{to}\" that is connected to the tree, so nothing was changed.",
                    "Name a row's key with -To.", to);
        Dictionary<string, string> moved = [];
        List<string> places = [];
        foreach ((string _, string path) in homeless)
        {
            string place =
                Free(moved.TryGetValue(Parent(path), out string? above) ? above : target ?? Nearest(path, reached),
                path[(path.LastIndexOf('.') + 1)..], reached);
            reached.Add(place);
            moved.TryAdd(path, place);
            places.Add(place);
        }
        string[] keys = [.. homeless.Select(h => h.Key)];
        nodes.Run($"""
            update {nodes.Name} w set {tree.Path!} = p.path
            from unnest({keys}, {places.ToArray()}) p (key, path) where p.key = w._key
            """);
        Reattached = homeless.Count;
        nodes.KeepChanged();
    }

    private static string Parent(string path) => path.LastIndexOf('.') is > 0 and int dot ? path[..dot] : "";

    private static string Nearest(string path, HashSet<string> reached)
    {
        string above = Parent(path);
        while (above.Length > 0 && !reached.Contains(above))
            above = Parent(above);
        return above;
    }

    private static string Free(string parent, string label, HashSet<string> taken)
    {
        string Path(string l) => parent.Length == 0 ? l : $"{parent}.{l}";
        int number = 1;
        string free = label;
        while (taken.Contains(Path(free)))
            free = $"{label}_{++number}";
        return Path(free);
    }
}
