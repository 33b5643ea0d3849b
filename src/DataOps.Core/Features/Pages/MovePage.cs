using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Django.Pages;

namespace DataOps.Core.Features.Pages;

/// <summary>
/// Moves pages with their descendants to another place in the page tree, as Wagtail does, in one transaction.
/// </summary>
/// <remarks>
/// Nobody else can write to the pages meanwhile: moves that run at the same time are what damages trees.
/// </remarks>
[Operation("Move", "Page")]
public sealed class MovePage : Operation<MovePageOptions, IChangeResult>
{
    private const string Name = "Move-Page";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">No such page, a page below itself, a slug that is taken, or a writer who does
    /// not come to an end.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, MovePageOptions options, OperationContext context)
    {
        ChangeWay way = ChangeWay.For(session, Name, options);
        if (options.Id.Count + options.UrlPath.Count == 0)
            throw new DataOpsException(
                ErrorIds.MissingOption, FailureKind.InvalidArgument, "No page is named.",
                "Name pages with -Id or -UrlPath, or pipe them from Get-Page.");
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        PageTables tables = PageTables.Require(session, catalog);
        using ChangeRun change = new(session, catalog, Name, way, context);
        change.LockTable(tables.Pages);
        context.Report("Planning", 0, null);
        PageTree tree = new(session, tables, context.Cancellation);
        long to = tables.RequirePage(session, options.To, context.Cancellation);
        long[] ids =
            [.. options.Id.Concat(tables.RequirePages(session, options.UrlPath, context.Cancellation)).Distinct()];
        IReadOnlyList<PageMove> moves = tree.Move(ids, to, options.Position, options.OnSlugClash);
        MovedRows rows = new(session, tables, change, moves, context);
        rows.Plan(options.Redirect);
        change.Count();
        foreach (IChangeResult told in change.Report(options, moves.Select(m => m.Describe(session))))
            yield return told;
        rows.Warn();
        ChangeResult done = change.Finish(stale: rows.Stale);
        PageMove[] moved = [.. moves.Where(m => m.IsMoved)];
        yield return done.With(new MovePageResult
        {
            Moved = moved.Length,
            Pages = moved.Sum(m => m.Pages),
            UrlPath = moves.Count == 1 ? moves[0].UrlPath : null,
            Redirects = rows.Redirects,
        });
    }
}
