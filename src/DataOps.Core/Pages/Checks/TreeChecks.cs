using DataOps.Core.Catalog;
using DataOps.Core.Connections;
using DataOps.Core.Trees;

namespace DataOps.Core.Pages;

/// <summary>All checks of a tree, and of the pages where it is theirs.</summary>
/// <param name="session">The session.</param>
/// <param name="catalog">The reference catalogue.</param>
/// <param name="stepLength">The length of a step, where it is given.</param>
/// <param name="alphabet">The alphabet, where it is given.</param>
/// <param name="context">Progress and cancellation.</param>
internal sealed class TreeChecks(Session session, ReferenceCatalog catalog, int? stepLength, string? alphabet, OperationContext context)
{
    private readonly PageTables? _pages = PageTables.Find(catalog);

    /// <summary>The problems of one tree.</summary>
    public IEnumerable<Problem> Find(Tree tree)
    {
        context.Report($"Checking {tree.Table}", 0, tree.Table.EstimatedRows);
        CancellationToken cancellation = context.Cancellation;
        IEnumerable<Problem> found = tree.Kind switch
        {
            TreeKind.MaterialisedPath => new PathTreeCheck(
                session, tree, PathScheme.Of(session, tree, stepLength, alphabet, cancellation), cancellation).Find(),
            TreeKind.NestedSets => new NestedSetsCheck(session, tree, cancellation).Find(),
            TreeKind.Mptt => new MpttCheck(session, tree, cancellation).Find(),
            TreeKind.Ltree => new LtreeCheck(session, tree, cancellation).Find(),
            _ => new AdjacencyCheck(session, tree, cancellation).Find(),
        };
        return _pages is { } pages && tree.Table == pages.Pages
            ? found
                .Concat(new UrlPathCheck(session, pages, cancellation).Find())
                .Concat(new HalvesCheck(session, pages, cancellation).Find())
                .Concat(new RevisionCheck(session, pages, cancellation).Find())
                .Concat(new AliasCheck(session, pages, cancellation).Find())
                .Concat(new SiteCheck(session, pages, cancellation).Find())
            : found;
    }
}
