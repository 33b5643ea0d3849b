using DataOps.Core.Catalog;
using DataOps.Core.Connections;
using DataOps.Core.Trees;

namespace DataOps.Core.Pages;

/// <summary>Checks that a page's latest and live revision exist and are its own.</summary>
internal sealed class RevisionCheck(Session session, PageTables tables, CancellationToken cancellation)
{
    /// <summary>The columns that point at a revision, and the problem that each can have.</summary>
    public static readonly IReadOnlyList<(string Column, TreeProblem Problem)> Pointers =
        [("latest_revision_id", TreeProblem.LatestRevision), ("live_revision_id", TreeProblem.LiveRevision)];

    /// <summary>The problems, in the order of the pages' keys.</summary>
    public IEnumerable<Problem> Find() => Of(tables).SelectMany(Find);

    /// <summary>The pointers that this site's pages have.</summary>
    public static IEnumerable<(string Column, TreeProblem Problem)> Of(PageTables tables) =>
        tables.Revisions is null ? [] : Pointers.Where(p => tables.Pages.Find(p.Column) is not null);

    /// <summary>A query of key, present value and what it should be, for the pages p whose pointer is wrong.</summary>
    /// <remarks>The latest is the newest that is left; the live one too where nothing waits to be published, else nobody knows it.</remarks>
    public static string Query(PageTables tables, string column)
    {
        string pointer = $"p.{Sql.Identifier(column)}";
        string newest = $"(select r.id from {tables.Revisions!.Sql} r where {tables.IsOwnRevision} order by r.created_at desc, r.id desc limit 1)";
        string expected = column == "latest_revision_id" ? newest : $"case when p.live and not p.has_unpublished_changes then {newest} end";
        return $"""
            select p.{tables.Key} as id, {pointer} as present, {expected} as expected, r.id is null as gone
            from {tables.Pages.Sql} p left join {tables.Revisions.Sql} r on r.id = {pointer}
            where {pointer} is not null and (r.id is null or not ({tables.IsOwnRevision}))
            """;
    }

    private IEnumerable<Problem> Find((string Column, TreeProblem Problem) pointer) => session.Stream(
        $"select x.id::text, x.present::text, x.expected::text, x.gone from ({Query(tables, pointer.Column)}) x order by x.id",
        r => new Problem(
            pointer.Problem, Severity.Error, tables.Pages, r.GetString(0), pointer.Column, r.GetString(1), r.IsDBNull(2) ? null : r.GetString(2),
            r.GetBoolean(3) ? $"no row of {tables.Revisions} has this key" : "it is another object's"),
        cancellation);
}
