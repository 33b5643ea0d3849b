namespace DataOps.Core.Django.Migrations;

/// <summary>The migrations of a site and which come before which, as Django's loader builds it.</summary>
internal sealed class MigrationGraph
{
    private readonly Dictionary<MigrationKey, MigrationFile> _files;
    private readonly Dictionary<MigrationKey, SortedSet<MigrationKey>> _parents = [];
    private readonly Dictionary<MigrationKey, SortedSet<MigrationKey>> _children = [];
    private readonly List<Doubt> _problems = [];
    private readonly List<(MigrationKey Missing, MigrationKey By, Doubt Doubt)> _missing = [];

    private MigrationGraph(IEnumerable<MigrationFile> files) => _files = files.ToDictionary(f => f.Key);

    /// <summary>What is wrong with the graph: dependencies that are missing, circles, apps with two ends.</summary>
    public IEnumerable<Doubt> Problems => _missing.Select(m => m.Doubt).Concat(_problems);

    /// <summary>Migrations that others name, and of which there is no file, with what is wrong of it.</summary>
    public IReadOnlyList<(MigrationKey Missing, MigrationKey By, Doubt Doubt)> Missing => _missing;

    /// <summary>The last migrations of apps that have several, by app.</summary>
    public IEnumerable<IGrouping<string, MigrationKey>> Forks =>
        Leaves.GroupBy(l => l.App).Where(a => a.Count() > 1);

    /// <summary>Migrations whose dependencies go in a circle; null without.</summary>
    public Doubt? Circle { get; private set; }

    /// <summary>The migrations that one depends on.</summary>
    public IEnumerable<MigrationKey> ParentsOf(MigrationKey key) => _parents.GetValueOrDefault(key, []);

    /// <summary>Every migration that counts: squashed ones or those that they replace.</summary>
    public IEnumerable<MigrationKey> Nodes => _parents.Keys;

    /// <summary>The last migrations of each app, in order.</summary>
    public IEnumerable<MigrationKey> Leaves =>
        _parents.Keys.Where(n => _children[n].All(c => c.App != n.App)).Order();

    /// <summary>The file of a migration.</summary>
    public MigrationFile this[MigrationKey key] => _files[key];

    /// <summary>Builds it.</summary>
    /// <param name="files">The migrations.</param>
    /// <param name="applied">Those that are applied: they decide whether a squash counts or what it replaces.</param>
    /// <param name="settings">The models that settings name, as AUTH_USER_MODEL.</param>
    public static MigrationGraph Build(
        IEnumerable<MigrationFile> files, IReadOnlySet<MigrationKey> applied,
        IReadOnlyDictionary<string, ModelLabel> settings)
    {
        MigrationGraph graph = new(files);
        foreach (MigrationKey key in graph._files.Keys)
            graph.Add(key);
        foreach (MigrationFile file in graph._files.Values)
            graph.Connect(file, settings);
        foreach (MigrationFile squash in graph._files.Values.Where(f => f.Replaces.Count > 0).OrderBy(f => f.Key))
            graph.Squash(squash, applied);
        graph.DropMissing();
        graph.FindCircles();
        graph.FindEnds();
        return graph;
    }

    /// <summary>The migrations that lead to some, each after those that it depends on.</summary>
    public IReadOnlyList<MigrationKey> Plan(IEnumerable<MigrationKey> targets)
    {
        List<MigrationKey> plan = [];
        HashSet<MigrationKey> visited = [];
        Stack<(MigrationKey Node, bool IsDone)> stack = new();
        foreach (MigrationKey target in targets)
        {
            stack.Push((target, false));
            while (stack.TryPop(out var next))
            {
                if (visited.Contains(next.Node))
                    continue;
                if (next.IsDone)
                {
                    visited.Add(next.Node);
                    plan.Add(next.Node);
                    continue;
                }
                stack.Push((next.Node, true));
                foreach (MigrationKey parent in _parents.GetValueOrDefault(next.Node, []))
                    if (!visited.Contains(parent) && !stack.Contains((parent, true)))
                        stack.Push((parent, false));
            }
        }
        return plan;
    }

    private void Add(MigrationKey key)
    {
        _parents.TryAdd(key, []);
        _children.TryAdd(key, []);
    }

    private void Link(MigrationKey child, MigrationKey parent)
    {
        if (child == parent)
            return;
        _parents.TryAdd(child, []);
        _children.TryAdd(parent, []);
        _parents[child].Add(parent);
        _children[parent].Add(child);
    }

    private void Connect(MigrationFile file, IReadOnlyDictionary<string, ModelLabel> settings)
    {
        foreach (MigrationKey parent in file.Dependencies)
            if (Resolve(parent, file) is { } found)
                Link(file.Key, found);
        foreach (string setting in file.Settings)
            if (settings.GetValueOrDefault(setting)?.App is { } app && app != file.Key.App
                && Resolve(new(app, "__first__"), file) is { } found)
                Link(file.Key, found);
        foreach (MigrationKey child in file.RunBefore)
            if (Resolve(child, file) is { } found)
                Link(found, file.Key);
    }

    // An app without migrations has nothing to wait for.
    private MigrationKey? Resolve(MigrationKey key, MigrationFile file)
    {
        if (key.Name is not ("__first__" or "__latest__"))
            return key;
        if (key.App == file.Key.App)
            return null;
        MigrationFile[] all = [.. _files.Values.Where(f => f.Key.App == key.App).OrderBy(f => f.Key)];
        return key.Name == "__first__"
            ? all.FirstOrDefault(f => f.Dependencies.All(d => d.App != key.App))?.Key
            : all.LastOrDefault(f => !all.Any(o => o.Dependencies.Contains(f.Key)))?.Key;
    }

    // All replaced ones are applied, or none: the squash counts. Else they do.
    private void Squash(MigrationFile squash, IReadOnlySet<MigrationKey> applied)
    {
        int done = squash.Replaces.Count(applied.Contains);
        bool counts = done == 0 || done == squash.Replaces.Count || applied.Contains(squash.Key);
        if (counts)
        {
            foreach (MigrationKey replaced in squash.Replaces)
            {
                foreach (MigrationKey child in _children.GetValueOrDefault(replaced, []))
                    if (child != squash.Key && !squash.Replaces.Contains(child))
                        Link(child, squash.Key);
                foreach (MigrationKey parent in _parents.GetValueOrDefault(replaced, []))
                    if (parent != squash.Key && !squash.Replaces.Contains(parent))
                        Link(squash.Key, parent);
                Remove(replaced);
            }
            return;
        }
        // Those that wait for the squash wait for the last of what it replaces.
        MigrationKey[] last = [.. squash.Replaces.Where(r => _parents.ContainsKey(r)
            && _children[r].All(c => !squash.Replaces.Contains(c)))];
        foreach (MigrationKey child in _children[squash.Key].ToArray())
            foreach (MigrationKey replaced in last)
                Link(child, replaced);
        Remove(squash.Key);
    }

    private void Remove(MigrationKey key)
    {
        foreach (MigrationKey parent in _parents.GetValueOrDefault(key, []))
            _children.GetValueOrDefault(parent)?.Remove(key);
        foreach (MigrationKey child in _children.GetValueOrDefault(key, []))
            _parents.GetValueOrDefault(child)?.Remove(key);
        _parents.Remove(key);
        _children.Remove(key);
    }

    private void DropMissing()
    {
        foreach (MigrationKey missing in _parents.Keys.Concat(_children.Keys).Distinct()
            .Where(k => !_files.ContainsKey(k)).ToArray())
        {
            foreach (MigrationKey child in _children.GetValueOrDefault(missing, []))
                _missing.Add((missing, child, new(
                    _files[child].Path, 0, $"it depends on {missing}, of which there is no file")));
            foreach (MigrationKey parent in _parents.GetValueOrDefault(missing, []))
                _missing.Add((missing, parent, new(
                    _files[parent].Path, 0, $"it has to run before {missing}, of which there is no file")));
            Remove(missing);
        }
    }

    // What is left when all that depends on nothing is taken away, again and again, goes in a circle.
    private void FindCircles()
    {
        Dictionary<MigrationKey, int> waiting = _parents.ToDictionary(p => p.Key, p => p.Value.Count);
        Queue<MigrationKey> ready = new(waiting.Where(w => w.Value == 0).Select(w => w.Key));
        while (ready.TryDequeue(out MigrationKey key))
        {
            waiting.Remove(key);
            foreach (MigrationKey child in _children[key])
                if (--waiting[child] == 0)
                    ready.Enqueue(child);
        }
        if (waiting.Count == 0)
            return;
        List<MigrationKey> circle = [waiting.Keys.Min()];
        while (_parents[circle[^1]].First(waiting.ContainsKey) is var next)
        {
            int at = circle.IndexOf(next);
            circle.Add(next);
            if (at >= 0)
            {
                circle.RemoveRange(0, at);
                break;
            }
        }
        Circle = new(_files[circle[0]].Path, 0, $"its dependencies go in a circle: {string.Join(" -> ", circle)}");
        _problems.Add(Circle);
    }

    private void FindEnds()
    {
        foreach (IGrouping<string, MigrationKey> app in Forks)
            _problems.Add(new(_files[app.First()].Path, 0,
                $"{app.Key} has more than one last migration: {string.Join(", ", app.Select(k => k.Name))}"));
    }
}
