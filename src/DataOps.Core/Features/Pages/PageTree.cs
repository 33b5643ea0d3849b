using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Pages;

/// <summary>
/// A working copy of the page tree in a temporary table: moves are made there, and what differs afterwards is the plan.
/// </summary>
/// <remarks>
/// Only what a move can touch is copied, by ranges of paths. A page that is not in the copy has the path that it had,
/// as whatever moves is copied with all below it.
/// </remarks>
internal sealed class PageTree
{
    /// <summary>The temporary table: id, path, depth, numchild, slug, url_path.</summary>
    public static readonly SqlText Name = $"pg_temp.dataops_tree";

    // No path begins with it: the page that is on its way.
    private const string Away = "~";
    private const int LongestPath = 255;
    private static readonly SqlText s_isAway = $"t.path >= {SqlText.Literal(Away)}";
    private static readonly PathScheme s_paths = PathScheme.Wagtail;

    // Its index finds the children of a page.
    private static readonly SqlText s_parent = s_paths.ParentSql($"path");

    private readonly Session _session;
    private readonly PageTables _tables;
    private readonly CancellationToken _cancellation;
    private readonly SqlText _ordered;
    private readonly HashSet<long> _withChildren = [];

    /// <summary>Creates the temporary table, empty.</summary>
    public PageTree(Session session, PageTables tables, CancellationToken cancellation)
    {
        (_session, _tables, _cancellation) = (session, tables, cancellation);
        // An index helps where the column itself is in the order of its bytes, as Wagtail makes it.
        _ordered = tables.Pages.Find("path")!.Collation is "C" or "POSIX"
            ? (SqlText)$"t.path"
            : (SqlText)$"""t.path::text collate "C" """;
        Run($"create temp table {Name} on commit drop as {Select} with no data");
        Run($"create index on {Name} (path)");
        Run($"create unique index on {Name} (id)");
        Run($"create index on {Name} ({s_parent})");
    }

    private sealed record Sibling(long Id, string Path);

    /// <summary>Moves pages in the copy; side by side in the end, in the order given.</summary>
    /// <exception cref="DataOpsException">One cannot be put there: why.</exception>
    public IReadOnlyList<PageMove> Move(IReadOnlyList<long> ids, long to, PagePosition position, OnSlugClash onClash)
    {
        // The first takes its place and the others follow on its right; from the other end, so that a second run finds
        // all in place.
        bool isForward = position is PagePosition.FirstChild or PagePosition.FirstSibling or PagePosition.Right;
        List<PageMove> moves = [];
        foreach (long id in isForward ? ids : ids.Reverse())
            moves.Add(moves.Count == 0
                ? Move(id, to, position, onClash)
                : Move(id, moves[^1].Before.Id, isForward ? PagePosition.Right : PagePosition.Left, onClash));
        if (!isForward)
            moves.Reverse();
        return moves;
    }

    /// <summary>Moves a page in the copy.</summary>
    /// <exception cref="DataOpsException">It cannot be put there: why.</exception>
    public PageMove Move(long id, long to, PagePosition position, OnSlugClash onClash)
    {
        PageNode node = Node(id);
        PageNode target = Node(to);
        bool isChild = position is PagePosition.FirstChild or PagePosition.LastChild;
        Require(node, target, isChild);
        PageNode oldParent = NodeAt(s_paths.Parent(node.Path), node);
        PageNode parent = isChild ? target : NodeAt(s_paths.Parent(target.Path), target);
        LoadRange(node.Path, node.Path);
        LoadChildren(parent);
        LoadChildren(oldParent);
        Sibling[] others = [.. Children(parent.Path).Where(s => s.Id != id)];
        int index = position switch
        {
            PagePosition.FirstChild or PagePosition.FirstSibling => 0,
            PagePosition.LastChild or PagePosition.LastSibling => others.Length,
            PagePosition.Left or PagePosition.Right when to == id =>
                others.Count(s => string.CompareOrdinal(s.Path, node.Path) < 0),
            PagePosition.Left => Array.FindIndex(others, s => s.Id == to),
            _ => Array.FindIndex(others, s => s.Id == to) + 1,
        };
        long pages = Count($"select count(*) from {Name} t where {Below(node.Path)}");
        bool isSameParent = oldParent.Id == parent.Id;
        if (isSameParent && others.Count(s => string.CompareOrdinal(s.Path, node.Path) < 0) == index)
            return new PageMove(node, oldParent, parent, node.Slug, node.Path, node.UrlPath, pages, PageMove.None);
        string slug = isSameParent ? node.Slug : FreeSlug(node, parent, onClash);
        string path = Shift(node, parent.Path, others, index);
        RequireRoom(node, path);
        // Pages without a parent may wait for one just there.
        LoadRange(path, path);
        Run($"""
            update {Name} t set path = {SqlText.Value(path)} || substr(t.path, {Away.Length + 1}),
                                slug = case when t.id = {id} then {SqlText.Value(slug)} else t.slug end
            where {s_isAway}
            """);
        Derive(path, parent);
        Run($"""
            update {Name} t
            set numchild = (select count(*) from {Name} c where {s_paths.ParentSql($"c.path")} = t.path)
            where t.id in ({oldParent.Id}, {parent.Id})
            """);
        PageNode now = Node(id);
        return new PageMove(node, oldParent, parent, slug, now.Path, now.UrlPath, pages,
            isSameParent && slug == node.Slug ? PageMove.Reorder : PageMove.Move);
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

    // Makes room beside the new place, as far as the next gap, and returns the place; the page itself is away
    // meanwhile.
    private string Shift(PageNode node, string parent, Sibling[] others, int index)
    {
        SqlText rest = $"substr(t.path, {node.Path.Length + 1})";
        Run($"update {Name} t set path = {SqlText.Literal(Away)} || {rest} where {Below(node.Path)}");
        long number = index == 0 ? 1 : s_paths.NumberOf(others[index - 1].Path) + 1;
        List<Sibling> shifted = [];
        foreach (Sibling sibling in others.Skip(index))
        {
            if (s_paths.NumberOf(sibling.Path) > number + shifted.Count)
                break;
            shifted.Add(sibling);
        }
        if (shifted.Count > 0)
        {
            LoadRange(shifted[0].Path, shifted[^1].Path);
            string[] old = [.. shifted.Select(s => s.Path)];
            string[] places = [.. old.Select(p => s_paths.Child(parent, s_paths.NumberOf(p) + 1))];
            Run($"""
                update {Name} t set path = m.new || substr(t.path, {parent.Length + s_paths.StepLength + 1})
                from unnest({old}, {places}) m (old, new)
                where left(t.path, {parent.Length + s_paths.StepLength}) = m.old
                    and {Between(shifted[0].Path, shifted[^1].Path)}
                """);
        }
        // The parent may be below a sibling that has made room elsewhere, but never below its own children.
        return s_paths.Child(parent, number);
    }

    private void RequireRoom(PageNode node, string path)
    {
        long longest = Count($"select max(length(t.path)) from {Name} t where {s_isAway}") - Away.Length + path.Length;
        if (longest > LongestPath)
            throw PathScheme.Full(
                $"below page {node.Id} there would be more than {LongestPath / s_paths.StepLength} levels");
    }

    // What hangs on the place: depth and url path of all that has moved.
    private void Derive(string path, PageNode parent)
    {
        SqlText url = SqlText.Value(parent.Path.Length > 0 ? parent.UrlPath : "/");
        Run($"""
            with recursive moved as materialized (
              select t.id, t.path, t.slug, {s_paths.ParentSql($"t.path")} as above
              from {Name} t where {Below(path)}),
            u as (
              select m.id, m.path, {url} || m.slug || '/' as url from moved m where m.path = {SqlText.Value(path)}
              union all
              select m.id, m.path, u.url || m.slug || '/' from moved m join u on m.above = u.path)
            update {Name} t set depth = {s_paths.DepthSql($"t.path")},
              url_path = coalesce(u.url, t.url_path)
            from moved m left join u on u.id = m.id where m.id = t.id
            """);
    }

    private string FreeSlug(PageNode node, PageNode parent, OnSlugClash onClash)
    {
        HashSet<string> taken = [.. _session.Query<string>(
            $"select t.slug from {Name} t where {s_parent} = {SqlText.Value(parent.Path)} and t.id <> {node.Id}",
            _cancellation)];
        if (!taken.Contains(node.Slug))
            return node.Slug;
        if (onClash == OnSlugClash.Fail)
            throw new DataOpsException(
                ErrorIds.SlugTaken, FailureKind.AlreadyExists,
                $"Page {node.Id} ({node.UrlPath}) cannot be moved below page {parent.Id} ({parent.UrlPath}): a page "
                    + $"with the slug {node.Slug} is there already. Nothing was moved.",
                "Use -OnSlugClash Suffix, or give one of them another slug first.", node.UrlPath);
        return PageSlug.Free(node.Slug, s => !taken.Contains(s));
    }

    private PageNode Node(long id) => Read($"t.id = {id}") ?? throw PageTables.UnknownPage(_session, $"{id}");

    private PageNode NodeAt(string path, PageNode child) =>
        Read($"t.path = {SqlText.Value(path)}") ?? throw new DataOpsException(
            ErrorIds.DamagedTree, FailureKind.InvalidData,
            $"The page above page {child.Id} ({child.UrlPath}) is missing, so nothing can be moved to or from it.",
            "Repair-Tree brings it back into the tree.", child.UrlPath);

    private SqlText Select =>
        $"""
        select t.id, t.path::text collate "C" as path, t.depth, t.numchild, t.slug, t.url_path from {_tables.Pages} t
        """;

    // Two pages and all between them and below them.
    private void LoadRange(string first, string last) => Load(Range(first, last));

    // There is no index for a page's children: all below it are asked, once.
    private void LoadChildren(PageNode parent)
    {
        if (_withChildren.Add(parent.Id))
            Load($"{Range(parent.Path, parent.Path)} and length(t.path) = {parent.Path.Length + s_paths.StepLength}");
    }

    private SqlText Range(string first, string last) =>
        $"{_ordered} >= {SqlText.Value(first)} and {_ordered} < {SqlText.Value(last + "~")}";

    // What is there already may have another place by now.
    private void Load(SqlText condition) =>
        Run($"insert into {Name} {Select} where {condition} on conflict (id) do nothing");

    private PageNode? Read(SqlText condition)
    {
        Load(condition);
        SqlText locale = _tables.Pages.Find("locale_id")?.In("p") ?? $"null";
        return _session.Query<PageNode>($"""
            select t.id::int8 as id, t.path, t.slug, t.url_path as urlpath,
              coalesce(nullif(p.draft_title, ''), p.title) as title, {locale}::int8 as locale
            from {Name} t join {_tables.Pages} p on p.id = t.id where {condition}
            """, _cancellation).SingleOrDefault();
    }

    private IReadOnlyList<Sibling> Children(string parent) => _session.Query<Sibling>(
        $"select t.id::int8 as id, t.path from {Name} t where {s_parent} = {SqlText.Value(parent)} order by t.path",
        _cancellation);

    private static SqlText Below(string path) => Between(path, path);

    private static SqlText Between(string first, string last) =>
        $"t.path >= {SqlText.Value(first)} and t.path < {SqlText.Value(last + "~")}";

    private long Count(SqlText sql) => _session.Query<long>(sql, _cancellation)[0];

    private void Run(SqlText sql) => _session.Run(sql, _cancellation);

    private static DataOpsException Invalid(string message, string advice, PageNode node) =>
        new(ErrorIds.InvalidMove, FailureKind.InvalidArgument, message, advice, node.UrlPath);
}
