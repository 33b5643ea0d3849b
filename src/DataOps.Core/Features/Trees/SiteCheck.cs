using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>Checks that every site's root page is on the tree.</summary>
internal sealed class SiteCheck(Session session, PageTables tables, CancellationToken cancellation)
{
    private static readonly PathScheme s_paths = PathScheme.Wagtail;

    /// <summary>The problems, in the order of the sites.</summary>
    public IEnumerable<Problem> Find()
    {
        if (tables.Find(WagtailTables.Site) is not { } sites)
            return [];
        SqlText step = SqlText.Literal(s_paths.StepLength);
        SqlText isOff = $"""
            not ({s_paths.IsPathSql($"p.path")})
            or exists (select 1 from generate_series({step}, length(p.path) - {step}, {step}) n
              where not exists (select 1 from {tables.Pages} a where a.path = left(p.path, n)))
            """;
        return session.Read(
            $"""
            select s.id::text, s.root_page_id::text, p.path, s.hostname || ':' || s.port
            from {sites} s left join {tables.Pages} p on {tables.Pages.SingleKey!.In("p")} = s.root_page_id
            where p.path is null or {isOff} order by s.id
            """,
            r => new Problem(
                TreeProblem.Site, Severity.Error, sites, r.GetString(0), "root_page_id", r.GetString(1), null,
                r.IsDBNull(2) ? $"{r.GetString(3)} has no root page: it does not exist"
                    : $"the root page of {r.GetString(3)} is not connected to the tree, at {r.GetString(2)}"),
            cancellation);
    }
}
