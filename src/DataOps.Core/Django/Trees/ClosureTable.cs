namespace DataOps.Core.Django.Trees;

/// <summary>
/// A table that holds each pair of ancestor and descendant of a tree, with the number of steps between them: derived
/// from the parents, as django-closuretree keeps it.
/// </summary>
/// <param name="Tree">The tree whose parents it is derived from.</param>
/// <param name="Table">The table.</param>
/// <param name="Ancestor">Its reference to the ancestor.</param>
/// <param name="Descendant">Its reference to the descendant.</param>
/// <param name="Depth">The number of steps between them.</param>
internal sealed record ClosureTable(Tree Tree, Table Table, Reference Ancestor, Reference Descendant, Column Depth)
{
    private static readonly (string Ancestor, string Descendant)[] s_pairs =
        [("parent_id", "child_id"), ("ancestor_id", "descendant_id")];

    private static readonly string[] s_depths = ["depth", "level", "path_length", "distance"];

    /// <summary>Whether its name says what it is, as the one that django-closuretree gives.</summary>
    public bool IsNamed => Table.Name == Tree.Table.Name + "closure";

    /// <summary>Those of a tree: two references to its nodes and a number, in columns of these names.</summary>
    public static IEnumerable<ClosureTable> Of(ReferenceCatalog catalog, Tree tree)
    {
        if (tree.Parent is not { TargetColumns: [{ } key] })
            return [];
        return
            from table in catalog.To(tree.Table).Select(r => r.Table).Distinct()
            where table != tree.Table && table is { IsReadable: true }
            from pair in s_pairs
            let ancestor = To(table, pair.Ancestor)
            let descendant = To(table, pair.Descendant)
            let depth = s_depths.Select(table.Find).FirstOrDefault(
                c => c is { NotNull: true, Type.Underlying.Name: "int2" or "int4" or "int8" })
            where ancestor is not null && descendant is not null && depth is not null
            select new ClosureTable(tree, table, ancestor, descendant, depth);

        Reference? To(Table table, string column) => catalog.From(table).FirstOrDefault(r =>
            r.Column.Name == column && r.Target == tree.Table && r.TargetColumns is [{ } only] && only == key);
    }
}
