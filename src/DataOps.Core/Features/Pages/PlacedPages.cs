using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Pages;

/// <summary>The rows of pages that have another place, in a temporary table: as they are to be.</summary>
/// <remarks>
/// A page is there once, with the pages that are below it. Rows that stay as they are may be among them. A page that is
/// not there has the path that it had, as whatever moves is there with all below it.
/// </remarks>
internal sealed class PlacedPages(
    Session session, PageTables tables, PathRange range, CancellationToken cancellation)
{
    /// <summary>
    /// The temporary table: id, path, depth, numchild, slug, url_path, and the page that it moves with.
    /// </summary>
    public static readonly SqlText Name = TemporaryTable.Named("dataops_tree");

    private static readonly SqlText s_places = TemporaryTable.Named("dataops_places");
    private static readonly SqlText s_children = TemporaryTable.Named("dataops_children");
    private static readonly PathScheme s_paths = PathScheme.Wagtail;
    private const int LongestPath = 255;

    private sealed record Place(long Id, string Old, string New, string Slug, bool IsMoved);

    private sealed record PlacedPage(long Id, string Path, string UrlPath, long Pages);

    /// <summary>Fills the table, and returns the moves with what has come of them.</summary>
    /// <param name="moves">The moves.</param>
    /// <param name="parent">The page that all of them move below.</param>
    /// <param name="order">Its children in their order.</param>
    /// <exception cref="DataOpsException"><c>TreeFull</c>: there is no path left; or <c>DamagedTree</c>: pages without
    /// a parent are in the way.</exception>
    public IReadOnlyList<PageMove> Fill(IReadOnlyList<PageMove> moves, PageNode parent, SiblingOrder order)
    {
        TemporaryTable.CreateEmpty(session, Name, $"""
            select t.id, t.path::text collate "C" as path, t.depth, t.numchild, t.slug, t.url_path, t.id::int8 as place
            from {tables.Pages} t
            """, cancellation);
        Run($"create unique index on {Name} (id)");
        Place[] places = [.. Places(moves, parent, order)];
        Carry(places);
        RequireRoom(moves);
        if (moves.Any(m => m.IsMoved))
        {
            bool adopts = Adopt();
            DeriveUrlPaths(parent);
            CountChildren(moves, parent, order.Count);
            if (adopts)
                RequireFreePlaces();
        }
        return Finish(moves);
    }

    private static IEnumerable<Place> Places(IReadOnlyList<PageMove> moves, PageNode parent, SiblingOrder order)
    {
        Dictionary<long, bool> named = moves.ToDictionary(m => m.Before.Id, m => m.IsMoved);
        foreach ((Sibling page, long number) in order.Numbers(s_paths))
        {
            bool isMoved = named.GetValueOrDefault(page.Id);
            string path = !isMoved && s_paths.NumberOf(page.Path) == number
                ? page.Path
                : s_paths.Child(parent.Path, number);
            if (path != page.Path || named.ContainsKey(page.Id))
                yield return new Place(page.Id, page.Path, path, page.Slug, isMoved);
        }
    }

    // The longest paths first: what is below two of the pages moves with the nearer.
    private void Carry(Place[] places)
    {
        TemporaryTable.Declare(session, s_places, $"""
            id bigint, old text collate "C", new text collate "C", slug text, moves boolean
            """, cancellation);
        Run($"""
            insert into {s_places} select i.* from unnest({places.Select(p => p.Id).ToArray()},
              {places.Select(p => p.Old).ToArray()}, {places.Select(p => p.New).ToArray()},
              {places.Select(p => p.Slug).ToArray()}, {places.Select(p => p.IsMoved ? 1 : 0).ToArray()}::boolean[]) i
            """);
        Run($"analyze {s_places}");
        foreach (int length in places.Select(p => p.Old.Length).Distinct().OrderDescending())
            Run($"""
                insert into {Name} (id, path, depth, numchild, slug, url_path, place)
                select t.id, p.new || substr(t.path, {length + 1}),
                  case when p.moves then {s_paths.DepthSql($"(p.new || substr(t.path, {length + 1}))")}
                    else t.depth end,
                  t.numchild, case when t.id = p.id then p.slug else t.slug end, t.url_path, p.id
                from {range.Join(Of($"length(old) = {length}"), $"p.old", length, $"true")}
                on conflict (id) do nothing
                """);
    }

    private static SqlText Of(SqlText condition) => $"(select * from {s_places} where {condition})";

    private void RequireRoom(IReadOnlyList<PageMove> moves)
    {
        IReadOnlyList<long> tooDeep = session.Query<long>(
            $"select place from {Name} where length(path) > {LongestPath} order by path limit 1", cancellation);
        if (tooDeep.Count > 0 && moves.Any(m => m.Before.Id == tooDeep[0]))
            throw PathScheme.Full($"below page {tooDeep[0]} there would be more than "
                + $"{LongestPath / s_paths.StepLength} levels");
    }

    // Pages without a parent may wait for one just where a page comes to be.
    private bool Adopt()
    {
        int length = session.Query<int>($"select length(new) from {s_places} where moves limit 1", cancellation)[0];
        return session.Run($"""
            insert into {Name} (id, path, depth, numchild, slug, url_path, place)
            select t.id, t.path, {s_paths.DepthSql($"t.path")}, t.numchild, t.slug, t.url_path, p.id
            from {range.Join(Of($"moves"), $"p.new", length, $"true")}
            on conflict (id) do nothing
            """, cancellation) > 0;
    }

    private void DeriveUrlPaths(PageNode parent)
    {
        SqlText url = SqlText.Value(parent.Path.Length > 0 ? parent.UrlPath : "/");
        Run($"analyze {Name}");
        Run($"""
            with recursive moved as materialized (
              select t.id, t.path, t.slug, {s_paths.ParentSql($"t.path")} as above, p.id = t.id as is_top
              from {Name} t join {s_places} p on p.id = t.place where p.moves),
            u as (
              select m.id, m.path, {url} || m.slug || '/' as url from moved m where m.is_top
              union all
              select m.id, m.path, u.url || m.slug || '/' from moved m join u on m.above = u.path)
            update {Name} t set url_path = u.url from u where u.id = t.id and t.url_path <> u.url
            """);
    }

    // Of the pages that pages leave or come to; and of those with which pages are that had no parent.
    private void CountChildren(IReadOnlyList<PageMove> moves, PageNode parent, int children)
    {
        var left = moves.Select(m => m.OldParent).Where(p => p.Id != parent.Id).GroupBy(p => p.Id)
            .Select(g => (Page: g.First(), Leaving: g.LongCount())).ToArray();
        TemporaryTable.Declare(session, s_children, $"""
            id bigint, path text collate "C", leaving bigint, children bigint
            """, cancellation);
        Run($"""
            insert into {s_children} select i.* from unnest({left.Select(l => l.Page.Id).ToArray()},
              {left.Select(l => l.Page.Path).ToArray()}, {left.Select(l => l.Leaving).ToArray()}) i
            """);
        Run($"analyze {s_children}");
        foreach (int length in left.Select(l => l.Page.Path.Length).Distinct())
            Run($"""
                update {s_children} c set children = n.children from (
                  select p.id, count(*) as children
                  from {range.Join($"(select * from {s_children} where length(path) = {length})", $"p.path", length,
                      $"length(t.path) = {length + s_paths.StepLength}")}
                  group by p.id) n
                where n.id = c.id
                """);
        Run($"insert into {s_children} (id, leaving, children) values ({parent.Id}, 0, {children})");
        Run($"""
            insert into {Name} (id, path, depth, numchild, slug, url_path, place)
            select t.id, t.path, t.depth, t.numchild, t.slug, t.url_path, t.id
            from {tables.Pages} t join {s_children} c on c.id = t.id on conflict (id) do nothing
            """);
        Run($"update {Name} t set numchild = c.children - c.leaving from {s_children} c where c.id = t.id");
    }

    // Only in a damaged tree: what waited for a parent has children, or a place, that the page brings along.
    private void RequireFreePlaces()
    {
        IReadOnlyList<string> taken = session.Query<string>(
            $"select path from {Name} group by path having count(*) > 1 order by path limit 1", cancellation);
        if (taken.Count > 0)
            throw new DataOpsException(
                ErrorIds.DamagedTree, FailureKind.InvalidData,
                $"A page without a parent has the path {taken[0]}, which a moved page would get. Nothing was moved.",
                "Repair-Tree brings it back into the tree.", taken[0]);
        Run($"""
            update {Name} t set numchild = n.children
            from (
              select {s_paths.ParentSql($"c.path")} as path, count(*) as children,
                bool_or(o.path::text = c.path) as adopts
              from {Name} c join {tables.Pages} o on o.id = c.id join {s_places} p on p.id = c.place
              where p.moves and c.id <> p.id group by 1) n
            where n.adopts and n.path = t.path
            """);
    }

    private IReadOnlyList<PageMove> Finish(IReadOnlyList<PageMove> moves)
    {
        Dictionary<long, PlacedPage> placed = session.Query<PlacedPage>($"""
            select t.id::int8 as id, t.path, t.url_path as urlpath, n.pages
            from {Name} t join (select place, count(*) as pages from {Name} group by place) n on n.place = t.id
            where t.id = any({moves.Select(m => m.Before.Id).ToArray()})
            """, cancellation).ToDictionary(p => p.Id);
        return [.. moves.Select(m => m with
        {
            Path = placed[m.Before.Id].Path, UrlPath = placed[m.Before.Id].UrlPath, Pages = placed[m.Before.Id].Pages,
        })];
    }

    private void Run(SqlText sql) => session.Run(sql, cancellation);
}
