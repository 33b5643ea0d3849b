using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>All checks of a tree, and of the pages where it is theirs.</summary>
/// <param name="session">The session.</param>
/// <param name="catalog">The reference catalogue.</param>
/// <param name="stepLength">The length of a step, where it is given.</param>
/// <param name="alphabet">The alphabet, where it is given.</param>
/// <param name="context">Progress and cancellation.</param>
internal sealed class TreeChecks(
    Session session, ReferenceCatalog catalog, int? stepLength, string? alphabet, OperationContext context)
{
    private readonly PageTables? _pages = PageTables.Find(catalog);

    /// <summary>
    /// Whether what is as it is by design is looked for too: that reads the content of every revision.
    /// </summary>
    public bool WithExpected { get; init; }

    /// <summary>Sets the memory that the checks of a transaction may use.</summary>
    /// <remarks>
    /// The paths of a million rows need about 100 MB; compiling the queries takes longer than they do.
    /// </remarks>
    public static void Prepare(Session session, CancellationToken cancellation) =>
        session.Run($"set local work_mem = '128MB'", cancellation);

    /// <summary>The problems of one tree.</summary>
    public IEnumerable<Problem> Find(Tree tree) => Of(tree).SelectMany(check => check());

    /// <summary>The checks of one tree, to be run in this order.</summary>
    public IEnumerable<Func<IEnumerable<Problem>>> Of(Tree tree) =>
        OfNodes(tree).Concat(ClosureTable.Of(catalog, tree).Select<ClosureTable, Func<IEnumerable<Problem>>>(
            c => () => new ClosureCheck(session, c, context.Cancellation).Find()));

    private IEnumerable<Func<IEnumerable<Problem>>> OfNodes(Tree tree)
    {
        context.Report($"Checking {tree.Table}", 0, tree.Table.EstimatedRows);
        CancellationToken cancellation = context.Cancellation;
        return tree.Kind switch
        {
            TreeKind.MaterialisedPath when _pages is { } pages && tree.Table == pages.Pages =>
                Pages(tree, pages, cancellation),
            TreeKind.MaterialisedPath =>
            [
                () => new PathTreeCheck(session, tree, Scheme(tree, cancellation), null, cancellation).Find().Concat(
                    ParentColumnCheck.Find(session, tree, Scheme(tree, cancellation), cancellation)),
            ],
            TreeKind.NestedSets => [() => new NestedSetsCheck(session, tree, cancellation).Find()],
            TreeKind.Mptt => [() => new MpttCheck(session, tree, cancellation).Find()],
            TreeKind.Ltree => [() => new LtreeCheck(session, tree, cancellation).Find()],
            _ =>
            [
                () => new AdjacencyCheck(session, tree, cancellation).Find().Concat(
                    TreenodeCheck.Find(session, tree, cancellation)),
            ],
        };
    }

    // The pass over the paths asks about url_path as well; only where it has found one that differs from the parent's
    // are all worked out.
    private IEnumerable<Func<IEnumerable<Problem>>> Pages(Tree tree, PageTables pages, CancellationToken cancellation)
    {
        PathTreeCheck? paths = null;
        UrlPathCheck urls = new(session, pages, cancellation);
        RevisionRowCheck revisions = new(session, pages, cancellation);
        return
        [
            () => (paths = new PathTreeCheck(
                session, tree, Scheme(tree, cancellation), UrlPathCheck.Differs, cancellation)).Find(),
            () => paths is { MayDiffer: false } ? [] : urls.UrlPaths(),
            urls.Slugs,
            () => new SpecificRowCheck(session, pages, cancellation).Find(),
            () => new RevisionCheck(session, pages, cancellation).Find(),
            revisions.Types,
            revisions.Objects,
            () => WithExpected ? revisions.ContentTypes() : [],
            () => new AliasCheck(session, pages, cancellation).Find(),
            () => new SiteCheck(session, pages, cancellation).Find(),
        ];
    }

    private PathScheme Scheme(Tree tree, CancellationToken cancellation) =>
        PathScheme.Of(session, tree, stepLength, alphabet, cancellation);
}
