using DataOps.Core.Django.Trees;

namespace DataOps.Core.Django.References;

/// <summary>
/// A node of a materialised-path tree (treebeard's MP_Node) and its parent, the row whose path is one step shorter.
/// </summary>
/// <remarks>
/// A path that is none has no place in the tree, and so no parent to miss; the nodes below an orphan have their parent.
/// </remarks>
internal sealed class TreeReference(Tree tree, PathScheme? scheme = null) : TargetReference(
    $"{tree.Table.DisplayName}.{tree.Path!.Name}", ReferenceClass.Tree, Severity.Error, tree.Table, [tree.Path],
    tree.Table, [tree.Path],
    "path, depth and numchild: a materialised-path tree (treebeard)")
{
    /// <inheritdoc/>
    public override bool IsRequired => true;

    private PathScheme Scheme => scheme ?? PathScheme.Wagtail;

    /// <inheritdoc/>
    protected override string Note(string value) => $"no row has the path {Scheme.Parent(value)}";

    /// <summary>Those of a database.</summary>
    public static IEnumerable<Reference> Of(DatabaseCatalog database, ModelTables tables) =>
        from table in database.Tables
        where table.IsReadable
        let tree = TreeReader.PathTree(tables, table)
        where tree is not null
        select new TreeReference(tree);

    /// <summary>The reference with the scheme by which paths are written in some rows.</summary>
    /// <param name="session">The session.</param>
    /// <param name="rows">The rows, as SQL.</param>
    /// <param name="cancellation">Cancels the query that runs.</param>
    public TargetReference Over(Session session, SqlText rows, CancellationToken cancellation) =>
        new TreeReference(tree, PathScheme.Of(session, tree, null, null, cancellation, rows));

    /// <inheritdoc/>
    internal override TargetReference For(Session session, CancellationToken cancellation) =>
        Over(session, Table.Sql, cancellation);

    /// <inheritdoc/>
    internal override SqlText IsSet(Alias alias) => Scheme.HasParent(tree.PathOf(alias));

    /// <inheritdoc/>
    internal override SqlText IsTarget(Alias alias, Alias target) =>
        $"{Column.In(target)} = {Scheme.ParentSql(Column.In(alias))}";

    // A node keeps its row, and needs another place.
    internal override IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog) => [];
}
