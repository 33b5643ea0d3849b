using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Pages;

/// <summary>
/// Plans moves of pages to one parent: their order is found in memory, and what the rows are afterwards in one go.
/// </summary>
/// <remarks>
/// The new parent keeps its path, as nothing above it can move: so all moves are one of children of one page, and each
/// row gets its place once, however many pages move.
/// </remarks>
internal sealed class PageTree(Session session, PageTables tables, CancellationToken cancellation)
{
    private static readonly PathScheme s_paths = PathScheme.Wagtail;

    private readonly PathRange _range = new(tables.Pages);

    private sealed record Destination(
        PageNode Parent, SiblingOrder Order, HashSet<string> Slugs, long To, PagePosition Position, OnSlugClash OnClash)
    {
        public bool IsForward =>
            Position is PagePosition.FirstChild or PagePosition.FirstSibling or PagePosition.Right;
    }

    /// <summary>
    /// Moves pages; side by side in the end, in the order given. The plan is <see cref="PlacedPages"/>.
    /// </summary>
    /// <exception cref="DataOpsException">One cannot be put there: why.</exception>
    public IReadOnlyList<PageMove> Move(IReadOnlyList<long> ids, long to, PagePosition position, OnSlugClash onClash)
    {
        Dictionary<long, PageNode> byId = Read($"t.id = any({ids.Append(to).ToArray()})").ToDictionary(n => n.Id);
        PageNode[] nodes = [.. ids.Append(to).Select(id =>
            byId.GetValueOrDefault(id) ?? throw PageTables.UnknownPage(session, $"{id}"))];
        PageNode target = nodes[^1];
        bool isChild = position is PagePosition.FirstChild or PagePosition.LastChild;
        foreach (PageNode node in nodes[..^1])
            Require(node, target, isChild);
        Dictionary<string, PageNode> byPath = ReadParents(nodes);
        PageNode parent = isChild ? target : ParentOf(target, byPath);
        Sibling[] children = [.. Children(parent)];
        Destination place =
            new(parent, new(children), [.. children.Select(c => c.Slug)], to, position, onClash);
        List<PageMove> moves = [];
        // The first takes its place and the others follow on its right; from the other end, so that a second run finds
        // all in place.
        foreach (PageNode node in place.IsForward ? nodes[..^1] : nodes[..^1].AsEnumerable().Reverse())
            moves.Add(Put(node, ParentOf(node, byPath), place, moves.LastOrDefault()?.Before.Id));
        if (!place.IsForward)
            moves.Reverse();
        return new PlacedPages(session, tables, _range, cancellation).Fill(moves, parent, place.Order);
    }

    private static void Require(PageNode node, PageNode target, bool isChild)
    {
        if (node.Path.Length <= s_paths.StepLength)
            throw Invalid($"Page {node.Id} is the root page, which cannot be moved.", "Name a page below it.", node);
        if (!isChild && target.Path.Length <= s_paths.StepLength)
            throw Invalid($"Page {target.Id} is the root page, which has no siblings.",
                "Use -Position FirstChild or LastChild.", node);
        if (node.Holds(target) && (isChild || node.Id != target.Id))
            throw Invalid(
                $"Page {node.Id} ({node.UrlPath}) cannot be moved below itself: page {target.Id} ({target.UrlPath}) is "
                + $"{(node.Id == target.Id ? "the same" : "below it")}.", "Name another -To.", node);
    }

    private static PageMove Put(PageNode node, PageNode oldParent, Destination place, long? neighbour)
    {
        bool isSameParent = oldParent.Id == place.Parent.Id;
        string slug = isSameParent ? node.Slug : FreeSlug(node, place);
        place.Slugs.Add(slug);
        Sibling page = new(node.Id, node.Path, slug);
        bool isMoved = neighbour is { } beside
            ? place.Order.Put(page, place.IsForward ? PagePosition.Right : PagePosition.Left, beside)
            : place.Order.Put(page, place.Position, place.To);
        return new PageMove(node, oldParent, place.Parent, slug,
            !isMoved ? PageMove.None : isSameParent ? PageMove.Reorder : PageMove.Move);
    }

    private static string FreeSlug(PageNode node, Destination place)
    {
        if (!place.Slugs.Contains(node.Slug))
            return node.Slug;
        if (place.OnClash == OnSlugClash.Fail)
            throw new DataOpsException(
                ErrorIds.SlugTaken, FailureKind.AlreadyExists,
                $"Page {node.Id} ({node.UrlPath}) cannot be moved below page {place.Parent.Id} "
                    + $"({place.Parent.UrlPath}): a page with the slug {node.Slug} is there already. Nothing was "
                    + "moved.",
                "Use -OnSlugClash Suffix, or give one of them another slug first.", node.UrlPath);
        return PageSlug.Free(node.Slug, s => !place.Slugs.Contains(s));
    }

    private static PageNode ParentOf(PageNode child, Dictionary<string, PageNode> byPath) =>
        byPath.GetValueOrDefault(s_paths.Parent(child.Path)) ?? throw new DataOpsException(
            ErrorIds.DamagedTree, FailureKind.InvalidData,
            $"The page above page {child.Id} ({child.UrlPath}) is missing, so nothing can be moved to or from it.",
            "Repair-Tree brings it back into the tree.", child.UrlPath);

    private Dictionary<string, PageNode> ReadParents(IEnumerable<PageNode> nodes)
    {
        string[] paths =
            [.. nodes.Where(n => n.Path.Length > s_paths.StepLength).Select(n => s_paths.Parent(n.Path)).Distinct()];
        return Read($"{_range.Path} = any({paths})").ToDictionary(n => n.Path);
    }

    private IReadOnlyList<PageNode> Read(SqlText condition)
    {
        SqlText locale = tables.Pages.Find("locale_id")?.In("t") ?? $"null";
        return session.Query<PageNode>($"""
            select t.id::int8 as id, t.path, t.slug, t.url_path as urlpath,
              coalesce(nullif(t.draft_title, ''), t.title) as title, {locale}::int8 as locale
            from {tables.Pages} t where {condition}
            """, cancellation);
    }

    // There is no index for a page's children: all below it are asked.
    private IReadOnlyList<Sibling> Children(PageNode parent) => session.Query<Sibling>($"""
        select t.id::int8 as id, t.path, t.slug from {tables.Pages} t
        where {_range.Below(SqlText.Value(parent.Path))} and length(t.path) = {parent.Path.Length + s_paths.StepLength}
        order by {_range.Path}
        """, cancellation);

    private static DataOpsException Invalid(string message, string advice, PageNode node) =>
        new(ErrorIds.InvalidMove, FailureKind.InvalidArgument, message, advice, node.UrlPath);
}
