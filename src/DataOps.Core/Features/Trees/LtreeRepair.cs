using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// Gives the nodes of an ltree that no root leads to a place below the nearest ancestor that is left.
/// </summary>
internal sealed class LtreeRepair(Session session, Tree tree, NodeRows nodes, CancellationToken cancellation)
{
    private readonly SqlText _path = tree.Path!.In("w");

    /// <summary>Moves what is cut off: a branch as a whole, its top with its own label where that is free.</summary>
    /// <exception cref="DataOpsException">The node that they are to be attached to is not there.</exception>
    /// <returns>How many nodes got another place.</returns>
    public int Reattach(string? to)
    {
        IReadOnlyList<(string Key, string Path)> rows = session.Query<(string, string)>(
            $"""select w._key, {_path} from {nodes.Name} w order by {_path} collate "C", w._key""", cancellation);
        HashSet<string> reached = [];
        List<(string Key, string Path)> homeless = [];
        // By the number of labels: a parent is looked at before its children.
        foreach ((string Key, string Path) row in rows.OrderBy(r => r.Path.Count(c => c == '.')))
            if (!(Parent(row.Path) is "" || reached.Contains(Parent(row.Path))) || !reached.Add(row.Path))
                homeless.Add(row);
        string? target = to is null || homeless.Count == 0 ? null : rows
            .Where(r => r.Key == to && reached.Contains(r.Path)).Select(r => r.Path).FirstOrDefault()
            ?? throw nodes.UnknownNode(to);
        Dictionary<string, string> moved = [];
        List<(string Key, string Place)> places = [];
        foreach ((string key, string path) in homeless)
        {
            string parent = moved.GetValueOrDefault(Parent(path)) ?? target ?? Nearest(path, reached);
            string place = Free(parent, path[(path.LastIndexOf('.') + 1)..], reached);
            reached.Add(place);
            moved.TryAdd(path, place);
            places.Add((key, place));
        }
        nodes.Set(tree.Path!, places);
        nodes.KeepChanged();
        return places.Count;
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
