using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// Checks that url_path is the slugs of a page and its ancestors, and that siblings differ in their slugs.
/// </summary>
internal sealed class UrlPathCheck(Session session, PageTables tables, CancellationToken cancellation)
{
    private static readonly PathScheme s_paths = PathScheme.Wagtail;
    private static readonly SqlText s_step = SqlText.Literal(s_paths.StepLength);
    private readonly Table _pages = tables.Pages;
    private readonly Column _key = tables.Pages.SingleKey!;

    /// <summary>
    /// The condition that the url_path of page c does not follow from its parent p's: where all agree with their
    /// parents, all are right.
    /// </summary>
    public static SqlText Differs => $"""
        case when length(c.path) <= {s_step} then c.url_path <> '/' else c.url_path <> p.url_path || c.slug || '/' end
        """;

    /// <summary>The pages whose url_path is wrong, in the order of the paths.</summary>
    public IEnumerable<Problem> UrlPaths()
    {
        // Where two pages have one path, both are in the branch.
        Dictionary<string, LostBranch> byPath =
            LostBranch.Read(session, tables, cancellation).DistinctBy(b => b.Path).ToDictionary(b => b.Path);
        return session.Read(
            $"""
            select p.{_key}::text, p.url_path, u.url, p.path
            from {_pages} p join ({Query(_pages.Sql, _key)}) u on u.id = p.{_key}
            where p.url_path <> u.url order by p.path collate "C"
            """,
            r => Describe(r.GetString(0), r.GetString(1), r.GetString(2), LostBranch.Of(r.GetString(3), byPath)),
            cancellation);
    }

    private Problem Describe(string key, string url, string expected, LostBranch? branch) => branch is null
        ? new(TreeProblem.UrlPath, Severity.Error, _pages, key, "url_path", url, expected)
        : new(TreeProblem.LostParent, Severity.Error, _pages, key, "url_path", url, null,
            $"it comes from a missing page, {branch.Address}; page {branch.Stranger} ({branch.StrangerUrl}) has got "
                + "that one's place in the tree");

    /// <summary>The pages with a sibling of the same slug before them, in the order of the paths.</summary>
    public IEnumerable<Problem> Slugs() => session.Read(
        $"""
        select d.key, d.slug, d.first_key
        from (select p.{_key}::text as key, p.slug, p.path, first_value(p.{_key}::text) over w as first_key,
          row_number() over w as number
              from {_pages} p where length(p.path) > {s_step} and ({Parent("p")}, p.slug) in (
                select {Parent("q")}, q.slug from {_pages} q
                where length(q.path) > {s_step} group by 1, 2 having count(*) > 1)
              window w as (partition by {Parent("p")}, p.slug order by p.path collate "C", p.{_key})) d
        where d.number > 1 order by d.path collate "C"
        """,
        r => new Problem(
            TreeProblem.Slug, Severity.Error, _pages, r.GetString(0), "slug", r.GetString(1), null,
                $"its sibling {r.GetString(2)} has the same, and is the one that is served"),
        cancellation);

    /// <summary>A query of id and url as it should be, for all pages that a root leads to.</summary>
    public static SqlText Query(SqlText relation, Column key) => $"""
        with recursive u as (
          select p.{key} as id, p.path collate "C" as path, '/'::text collate "C" as url
          from {relation} p where length(p.path) = {s_step}
          union all
          select p.{key}, p.path collate "C", (u.url || p.slug || '/') collate "C"
          from (select *, {Parent("p")} as up from {relation} p where length(path) > {s_step}) p
          join u on p.up = u.path)
        select id, url from u
        """;

    private static SqlText Parent(Alias page) => s_paths.ParentSql($"{page}.path");
}
