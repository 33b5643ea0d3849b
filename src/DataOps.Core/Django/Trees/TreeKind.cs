namespace DataOps.Core.Django.Trees;

/// <summary>How a tree is stored in its table.</summary>
internal enum TreeKind
{
    /// <summary>treebeard's MP_Node: path, depth, numchild; Wagtail's pages and collections are kept so.</summary>
    MaterialisedPath,

    /// <summary>treebeard's NS_Node: tree_id, lft, rgt, depth.</summary>
    NestedSets,

    /// <summary>django-mptt: a parent, and lft, rght, tree_id and level derived from it.</summary>
    Mptt,

    /// <summary>A parent alone: treebeard's AL_Node, django-tree-queries and others.</summary>
    AdjacencyList,

    /// <summary>A path of PostgreSQL's own type ltree.</summary>
    Ltree,
}
