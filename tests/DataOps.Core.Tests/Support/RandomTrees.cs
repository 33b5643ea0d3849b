namespace DataOps.Core.Tests.Support;

/// <summary>A node of a random tree, of whatever kind: a table has the columns of its kind.</summary>
internal sealed record RandomNode(int Id)
{
    public string Path { get; set; } = "";
    public int Depth { get; set; }
    public int NumChild { get; set; }
    public int? Parent { get; set; }
    public int TreeId { get; set; }
    public int Left { get; set; }
    public int Right { get; set; }
    public int Level { get; set; }
}

/// <summary>Makes random trees, whole or damaged, and writes them into tables.</summary>
internal sealed class RandomTrees(Random random, int step, string alphabet)
{
    /// <summary>A whole tree in all four kinds at once.</summary>
    public List<RandomNode> Make()
    {
        List<RandomNode> nodes = [];
        Dictionary<int, List<RandomNode>> children = [];
        int most = Math.Min(random.Next(1, 40), (int)Math.Pow(alphabet.Length, step) - 2);
        for (int i = 1; i <= most; i++)
        {
            RandomNode node =
                new(i) { Parent = nodes.Count == 0 || random.Next(6) == 0 ? null : nodes[random.Next(nodes.Count)].Id };
            nodes.Add(node);
            (children.TryGetValue(node.Parent ?? 0, out List<RandomNode>? list)
                ? list
                : children[node.Parent ?? 0] = []).Add(node);
        }
        int trees = 0;
        int count = 0;
        void Walk(RandomNode node, string above, int level, int place, int tree)
        {
            List<RandomNode> below = children.GetValueOrDefault(node.Id, []);
            (node.Path, node.Depth, node.Level, node.TreeId, node.NumChild, node.Left) =
                (above + Step(place), level + 1, level, tree, below.Count, ++count);
            for (int i = 0; i < below.Count; i++)
                Walk(below[i], node.Path, level + 1, i + 1, tree);
            node.Right = ++count;
        }
        foreach (RandomNode root in children[0])
        {
            count = 0;
            Walk(root, "", 0, ++trees, trees);
        }
        return nodes;
    }

    /// <summary>Breaks a few things of it.</summary>
    public void Damage(List<RandomNode> nodes)
    {
        for (int i = random.Next(5); i > 0 && nodes.Count > 0; i--)
        {
            RandomNode node = nodes[random.Next(nodes.Count)];
            RandomNode other = nodes[random.Next(nodes.Count)];
            switch (random.Next(14))
            {
                case 0: node.Depth = random.Next(6); break;
                case 1: node.NumChild = random.Next(6); break;
                case 2: nodes.Remove(node); break;
                case 3: node.Path = node.Path[..^1] + "~"; break;
                case 4: node.Path += alphabet[random.Next(alphabet.Length)]; break;
                case 5: node.Path = other.Path; break;
                case 6: node.Path = other.Path + Step(random.Next(0, 3)); break;
                case 7: node.Parent = other.Id; break;
                case 8: node.Parent = 1000 + random.Next(3); break;
                case 9: node.TreeId = other.TreeId; break;
                case 10: node.Left = random.Next(1, 30); break;
                case 11: node.Right = random.Next(1, 30); break;
                case 12: node.Level = random.Next(6); break;
                case 13: node.Parent = null; break;
            }
        }
    }

    /// <summary>A number as a step.</summary>
    public string Step(int number)
    {
        string text = "";
        for (int i = 0; i < step; i++, number /= alphabet.Length)
            text = alphabet[number % alphabet.Length] + text;
        return text;
    }

    /// <summary>The tables of one slot: a tree of each kind.</summary>
    public static string Tables(int slot) => $"""
        create table mp{slot} (id integer primary key, path varchar(255) collate "C" not null, depth integer not null, numchild integer not null);
        create table mptt{slot} (id integer primary key, parent_id integer, tree_id integer not null, lft integer not null, rght integer not null,
          level integer not null);
        alter table mptt{slot} add foreign key (parent_id) references mptt{slot} not valid;
        create table al{slot} (id integer primary key, parent_id integer, sib_order integer not null);
        alter table al{slot} add foreign key (parent_id) references al{slot} not valid;
        create table ns{slot} (id integer primary key, tree_id integer not null, lft integer not null, rgt integer not null, depth integer not null);
        """;

    /// <summary>Puts a tree into the tables of a slot.</summary>
    public static string Rows(int slot, List<RandomNode> nodes)
    {
        static string Values(IEnumerable<string> rows) => string.Join(", ", rows);
        static string Text(int? number) => number?.ToString() ?? "null";
        string rows = nodes.Count == 0 ? "" : $"""
            insert into mp{slot} values {Values(nodes.Select(n => $"({n.Id}, '{n.Path}', {n.Depth}, {n.NumChild})"))};
            insert into mptt{slot} values {Values(nodes.Select(n => $"({n.Id}, {Text(n.Parent)}, {n.TreeId}, {n.Left}, {n.Right}, {n.Level})"))};
            insert into al{slot} values {Values(nodes.Select(n => $"({n.Id}, {Text(n.Parent)}, {n.Id})"))};
            insert into ns{slot} values {Values(nodes.Select(n => $"({n.Id}, {n.TreeId}, {n.Left}, {n.Right}, {n.Level + 1})"))};
            """;
        return $"set session_replication_role = replica; delete from mp{slot}; delete from mptt{slot}; delete from " +
            $"al{slot}; delete from ns{slot}; {rows}";
    }
}
