namespace DataOps.Core.Django.Trees;

/// <summary>Finds the trees of a database by their columns.</summary>
internal sealed class TreeReader(ReferenceCatalog catalog)
{
    private static readonly string[] s_integers = ["int2", "int4", "int8"];

    // Names by which django-mptt's columns go; the first of each pair is its default.
    private static readonly (string Left, string Right, string TreeId, string Level)[] s_sets =
    [
        ("lft", "rght", "tree_id", "level"), ("lft", "rgt", "tree_id", "level"), ("lft", "rgt", "tree_id", "depth"),
        ("lft", "rght", "tree_id", "depth"), ("left", "right", "tree_id", "level"),
        ("mptt_left", "mptt_right", "mptt_tree_id", "mptt_level"), ("mptt_left", "mptt_right", "tree_id", "level"),
    ];

    // The words of them that a project puts a prefix before.
    private static readonly string[] s_left = ["lft", "left"];
    private static readonly string[] s_right = ["rght", "rgt", "right"];
    private static readonly string[] s_treeId = ["tree_id", "tree"];
    private static readonly string[] s_level = ["level", "lvl", "depth"];

    /// <summary>All trees, in the order of their tables.</summary>
    public IEnumerable<Tree> Read() =>
        from table in catalog.Database.Tables
        where table.IsReadable
        let tree = Paths(table) ?? Sets(table) ?? Ltree(table) ?? Adjacency(table)
        where tree is not null
        select tree;

    private Tree? Paths(Table table) => PathTree(catalog.Tables, table) is { } tree
        ? tree with { ParentBesidePath = Parent(table) }
        : null;

    /// <summary>The materialised-path tree that a table keeps; null when it keeps none.</summary>
    public static Tree? PathTree(ModelTables tables, Table table) =>
        table.Find("path") is { Type.Underlying.Name: "varchar" or "text" } path
        && Integer(table, "depth") is { } depth && Integer(table, "numchild") is { } children
            ? new Tree(TreeKind.MaterialisedPath, table)
            {
                Path = path,
                Depth = depth,
                NumChild = children,
                HasOneRoot = table == tables.Find(WagtailTables.Page) || table == tables.Find(WagtailTables.Collection),
            }
            : null;

    /// <summary>Whether a table has the columns of nested sets.</summary>
    public static bool HasSets(Table table) => Names(table).Any(s =>
        Integer(table, s.Left) is not null && Integer(table, s.Right) is not null);

    private Tree? Sets(Table table)
    {
        foreach ((string left, string right, string treeId, string level) in Names(table))
            if (Integer(table, left) is { } l && Integer(table, right) is { } r && Integer(table, treeId) is { } t
                && Integer(table, level) is { } d)
            {
                // treebeard's own columns, which have no parent, cannot be renamed; mptt's can, and the parent as well.
                bool mayBeTreebeard = right == "rgt" && level == "depth";
                Reference? parent = Parent(table) ?? (mayBeTreebeard ? null : OnlySelfReference(table));
                bool hasOwnNames = !s_sets.Contains((left, right, treeId, level));
                if (parent is null && hasOwnNames)
                    return null;
                return new Tree(parent is null ? TreeKind.NestedSets : TreeKind.Mptt, table)
                {
                    Left = l, Right = r, TreeId = t, Depth = d, Parent = parent,
                    HasOwnNames = hasOwnNames,
                };
            }
        return null;
    }

    // The usual names, and any of the same words behind a prefix of the project's own.
    private static IEnumerable<(string Left, string Right, string TreeId, string Level)> Names(Table table) =>
        s_sets.Concat(
            from column in table.Columns
            from word in s_left
            where column.Name.EndsWith("_" + word, StringComparison.Ordinal)
            let prefix = column.Name[..^word.Length]
            from right in s_right
            from treeId in s_treeId
            from level in s_level
            select (column.Name, prefix + right, prefix + treeId, prefix + level));

    // A reference that may be NULL: a root has no parent.
    private Reference? OnlySelfReference(Table table)
    {
        Reference[] own = [.. catalog.From(table).Where(
            r => r is { IsDeclared: true, Columns.Count: 1, IsNullable: true } && r.Target?.Oid == table.Oid)];
        return own.Length == 1 ? own[0] : null;
    }

    private static Tree? Ltree(Table table) =>
        table.Columns.FirstOrDefault(c => c is { Type.Underlying.Name: "ltree", NotNull: true }) is { } path
            ? new Tree(TreeKind.Ltree, table) { Path = path }
            : null;

    private Tree? Adjacency(Table table) =>
        Parent(table) is { } parent
            ? new Tree(TreeKind.AdjacencyList, table) { Parent = parent, Order = Integer(table, "sib_order") }
            : null;

    // Other references to the same table (mentor, alias, sequel) need not be trees.
    private Reference? Parent(Table table) => catalog.From(table).FirstOrDefault(r =>
        r.Target?.Oid == table.Oid
        && r is { Columns.Count: 1, IsParentLink: false, Class: not (ReferenceClass.Tree or ReferenceClass.Embedded) }
        && r.Column.Name is "parent_id" or "parent" or "tn_parent_id");

    private static Column? Integer(Table table, string name) =>
        table.Find(name) is { } column && s_integers.Contains(column.Type.Underlying.Name) ? column : null;
}
