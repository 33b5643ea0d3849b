using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>
/// A branch of pages whose parent is gone, and that is below another page now, which has got the parent's path since.
/// </summary>
/// <param name="Key">The key of the branch's top.</param>
/// <param name="Path">Its path.</param>
/// <param name="Address">The url_path of the missing parent.</param>
/// <param name="Stranger">The key of the page that has the parent's path.</param>
/// <param name="StrangerUrl">Its url_path.</param>
internal sealed record LostBranch(string Key, string Path, string Address, string Stranger, string StrangerUrl)
{
    private static readonly PathScheme s_paths = PathScheme.Wagtail;

    /// <summary>Reads them, in the order of the paths.</summary>
    /// <remarks>
    /// Where a parent was given another slug past Wagtail, its children name an address that no page has as well: but
    /// then it is older than they are, and counts them among its children.
    /// </remarks>
    public static IReadOnlyList<LostBranch> Read(Session session, PageTables tables, CancellationToken cancellation)
    {
        SqlText key = tables.Key;
        SqlText step = SqlText.Literal(s_paths.StepLength);
        return session.Query<LostBranch>(
            $"""
            with lost as materialized (
              select c.{key} as id, c.path, left(c.url_path, -length(c.slug) - 1) as address,
                     p.{key} as stranger, p.path as place, p.url_path as url, p.numchild
              from {tables.Pages} c join {tables.Pages} p on p.path = {s_paths.ParentSql($"c.path")}
              where length(c.path) > 2 * {step} and {UrlPathCheck.Differs}
                and right(c.url_path, length(c.slug) + 1) = c.slug || '/' and length(c.url_path) > length(c.slug) + 2),
            nowhere as materialized (
              select l.* from lost l
              where not exists (select 1 from {tables.Pages} a where a.url_path = l.address)),
            strangers as (
              select n.stranger, n.address from nowhere n group by n.stranger, n.place, n.url, n.numchild, n.address
              having n.stranger > max(n.id) or n.numchild = (
                select count(*) from {tables.Pages} c
                where {s_paths.ParentSql($"c.path")} = n.place and c.url_path = n.url || c.slug || '/'))
            select n.id::text as key, n.path, n.address, n.stranger::text as stranger, n.url as strangerurl
            from nowhere n join strangers s on s.stranger = n.stranger and s.address = n.address
            order by n.path collate "C"
            """, cancellation);
    }

    /// <summary>The branch that a path is in; null where it is in none.</summary>
    public static LostBranch? Of(string path, IReadOnlyDictionary<string, LostBranch> byPath)
    {
        for (int length = s_paths.StepLength; byPath.Count > 0 && length <= path.Length; length += s_paths.StepLength)
            if (byPath.TryGetValue(path[..length], out LostBranch? branch))
                return branch;
        return null;
    }
}
