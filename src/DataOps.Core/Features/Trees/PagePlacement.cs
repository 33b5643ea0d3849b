using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>What a page's place decides besides: its url_path, and whether its slug is free.</summary>
/// <param name="session">The session.</param>
/// <param name="tables">The tables of the pages.</param>
/// <param name="onDuplicate">What becomes of slugs that siblings share.</param>
/// <param name="lost">Branches that keep the url_path that tells where they come from.</param>
/// <param name="holding">Makes pages for those of which no ancestor is left.</param>
/// <param name="context">Warnings and cancellation.</param>
internal sealed class PagePlacement(
    Session session, PageTables tables, DuplicateSlug onDuplicate, IReadOnlyList<LostBranch> lost, HoldingPage holding,
    OperationContext context)
{
    private readonly CancellationToken _cancellation = context.Cancellation;
    private static readonly PathScheme s_paths = PathScheme.Wagtail;

    /// <summary>The columns.</summary>
    public IReadOnlyList<Column> Columns => [tables.Pages.Find("slug")!, tables.Pages.Find("url_path")!];

    /// <summary>
    /// Other places for the tops of homeless branches, by their keys: the paths of nodes that are reached.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Ancestors(
        IReadOnlyList<DetachedNode> tops, SqlText nodes, SqlText reached)
    {
        string[] urls = [.. tops.SelectMany(t => UrlPrefixes(t.UrlPath)).Distinct()];
        Dictionary<string, string> byUrl = session.Query<(string Url, string Path)>(
            $"""
            select w.url_path, min(r.path) from {nodes} w join {reached} r on r._key = w._key
            where w.url_path = any({urls}) group by 1
            """,
            _cancellation).ToDictionary(r => r.Url, r => r.Path);
        Dictionary<string, string> byLog = LastMoves(tops, reached);
        return tops.ToDictionary(t => t.Key, t => (IReadOnlyList<string>)[
            .. UrlPrefixes(t.UrlPath).Where(byUrl.ContainsKey).Select(u => byUrl[u]).Take(1),
            .. byLog.TryGetValue(t.Key, out string? path) ? new[] { path } : []]);
    }

    /// <summary>
    /// The path of the node that takes those of which no ancestor is left; it is made where there is none yet.
    /// </summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="reached">The nodes that a root leads to.</param>
    /// <param name="next">Gives the next free path below the root.</param>
    /// <param name="like">One of the nodes that need it.</param>
    public string Hold(NodeRows nodes, SqlText reached, Func<string> next, DetachedNode like)
    {
        SqlText sql = $"""
            select r.path from {nodes.Name} w join {reached} r on r._key = w._key
            where w.url_path = {SqlText.Value(HoldingPage.UrlPath)} and length(r.path) = {2 * s_paths.StepLength}
            order by r.path
            """;
        if (session.Query<string>(sql, _cancellation) is [var there, ..])
            return there;
        string path = next();
        string id = holding.Make(nodes, path, like.Key, isRoot: false);
        context.Warning?.Invoke(
            $"The former place of page {like.Key} is unknown, and perhaps that of others: they are attached below the "
                + $"new page {id} ({HoldingPage.UrlPath}), which is not published. Move them with Move-Page.");
        return path;
    }

    /// <summary>Makes a root where there is none.</summary>
    public void MakeRoot(NodeRows nodes, string path, DetachedNode like)
    {
        string id = holding.Make(nodes, path, like.Key, isRoot: true);
        context.Warning?.Invoke($"The root page is missing: page {id} at {path} is created.");
    }

    /// <summary>The condition that a node w is the one that a person names.</summary>
    public SqlText IsNamed(string name) => $"{SqlText.Value(name)} in (w._key, w.url_path)";

    /// <summary>The keys of pages below which a branch is that is not theirs, and that they do not count.</summary>
    public string[] Strangers => [.. lost.Select(b => b.Stranger).Distinct()];

    /// <summary>Brings the columns in line with the places.</summary>
    public void Complete(NodeRows nodes)
    {
        SuffixSlugs(nodes);
        string[] tops = [.. lost.Select(b => b.Key)];
        nodes.Run($"""
            with kept as materialized (select t.path from {nodes.Name} t where t._key = any({tops}))
            update {nodes.Name} w set url_path = u.url
            from ({UrlPathCheck.Query(nodes.Name, tables.Pages.SingleKey!)}) u
            where u.id = {tables.Pages.SingleKey!.In("w")} and w.url_path <> u.url
              and not exists (select 1 from kept where starts_with(w.path, kept.path))
            """);
    }

    // The nearest first; the root's / is everybody's.
    private static IEnumerable<string> UrlPrefixes(string? url)
    {
        for (int end = url?.TrimEnd('/').LastIndexOf('/') ?? 0; end > 0; end = url!.LastIndexOf('/', end - 1))
            yield return url![..(end + 1)];
    }

    private Dictionary<string, string> LastMoves(IReadOnlyList<DetachedNode> tops, SqlText reached)
    {
        if (tables.Find(WagtailTables.PageLogEntry) is not { } log
            || log.Find("data") is not { Type.Underlying.Name: "jsonb" })
            return [];
        string[] keys = [.. tops.Select(t => t.Key)];
        return session.Query<(string Key, string? Path)>(
            $"""
            select distinct on (l.page_id) l.page_id::text, r.path
            from {log} l left join {reached} r on r._key = l.data -> 'destination' ->> 'id'
            where l.action = 'wagtail.move' and l.page_id::text = any({keys})
            order by l.page_id, l.timestamp desc, l.id desc
            """,
            _cancellation).Where(m => m.Path is not null).ToDictionary(m => m.Key, m => m.Path!);
    }

    // Who came last gives way: a page that was attached here, or, where that was asked for, the later sibling.
    private void SuffixSlugs(NodeRows nodes)
    {
        SqlText up = s_paths.ParentSql($"w.path");
        IReadOnlyList<(string Key, string Up, string Slug)> second = session.Query<(string, string, string)>(
            $"""
            select d._key, d.up, d.slug from (
              select w._key, {up} as up, w.slug, w._moved,
                row_number() over (partition by {up}, w.slug order by w._moved, w.path, w._key) as n
              from {nodes.Name} w where length(w.path) > {s_paths.StepLength} and ({up}, w.slug) in (
                select {up}, w.slug from {nodes.Name} w
                where length(w.path) > {s_paths.StepLength} group by 1, 2 having count(*) > 1)) d
            where d.n > 1 and (d._moved or {onDuplicate == DuplicateSlug.Suffix}) order by d.up, d.slug, d.n
            """,
            _cancellation);
        if (second.Count == 0)
            return;
        string[] parents = [.. second.Select(s => s.Up).Distinct()];
        HashSet<(string, string)> taken = [.. session.Query<(string, string)>(
            $"select {up}, w.slug from {nodes.Name} w where {up} = any({parents})", _cancellation)];
        nodes.Set(tables.Pages.Find("slug")!,
            [.. second.Select(s => (s.Key, PageSlug.Free(s.Slug, free => taken.Add((s.Up, free)))))]);
    }
}
