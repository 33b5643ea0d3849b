using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Trees;

/// <summary>Checks that url_path is the slugs of a page and its ancestors, and that siblings differ in their slugs.</summary>
internal sealed class UrlPathCheck(Session session, PageTables tables, CancellationToken cancellation)
{
    private static readonly PathScheme s_paths = PathScheme.Wagtail;
    private readonly string _pages = tables.Pages.Sql;

    /// <summary>The condition that the url_path of page c does not follow from its parent p's: where all agree with their parents, all are right.</summary>
    public static string Differs =>
        $"case when length(c.path) <= {s_paths.StepLength} then c.url_path <> '/' else c.url_path <> p.url_path || c.slug || '/' end";

    /// <summary>The pages whose url_path is wrong, in the order of the paths.</summary>
    public IEnumerable<Problem> UrlPaths() => session.Stream(
        $"""
        select p.{tables.Key}::text, p.url_path, u.url from {_pages} p join ({Query(_pages, tables.Key)}) u on u.id = p.{tables.Key}
        where p.url_path <> u.url order by p.path collate "C"
        """,
        r => new Problem(TreeProblem.UrlPath, Severity.Error, tables.Pages, r.GetString(0), "url_path", r.GetString(1), r.GetString(2)), cancellation);

    /// <summary>The pages with a sibling of the same slug before them, in the order of the paths.</summary>
    public IEnumerable<Problem> Slugs() => session.Stream(
        $"""
        select d.key, d.slug, d.first_key
        from (select p.{tables.Key}::text as key, p.slug, p.path, first_value(p.{tables.Key}::text) over w as first_key, row_number() over w as number
              from {_pages} p where length(p.path) > {s_paths.StepLength} and ({s_paths.ParentSql($"p.path")}, p.slug) in (
                select {s_paths.ParentSql($"q.path")}, q.slug from {_pages} q where length(q.path) > {s_paths.StepLength} group by 1, 2 having count(*) > 1)
              window w as (partition by {s_paths.ParentSql($"p.path")}, p.slug order by p.path collate "C", p.{tables.Key})) d
        where d.number > 1 order by d.path collate "C"
        """,
        r => new Problem(
            TreeProblem.Slug, Severity.Error, tables.Pages, r.GetString(0), "slug", r.GetString(1), null,
                $"its sibling {r.GetString(2)} has the same, and is the one that is served"),
        cancellation);

    /// <summary>A query of id and url as it should be, for all pages that a root leads to.</summary>
    public static string Query(string relation, string key) => $"""
        with recursive u as (
          select p.{key} as id, p.path collate "C" as path, '/'::text collate "C" as url from {relation} p where length(p.path) = {s_paths.StepLength}
          union all
          select p.{key}, p.path collate "C", (u.url || p.slug || '/') collate "C"
          from (select *, {s_paths.ParentSql($"path")} as up from {relation} p where length(path) > {s_paths.StepLength}) p join u on p.up = u.path)
        select id, url from u
        """;
}
