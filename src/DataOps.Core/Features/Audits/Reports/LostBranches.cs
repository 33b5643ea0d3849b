using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Audits.Reports;

/// <summary>A page of the outline of branches that are not connected to the tree.</summary>
/// <param name="Title">Its title and address; null of a page that is missing.</param>
/// <param name="Path">Its path.</param>
/// <param name="Depth">How deep it is, from 1.</param>
/// <param name="IsLost">Whether its parent is missing.</param>
/// <param name="Below">Pages below it, of one that is lost.</param>
internal sealed record OutlinePage(string? Title, string Path, int Depth, bool IsLost, long Below);

/// <summary>Pages whose parent is missing, at the place that their path gives them.</summary>
internal static class LostBranches
{
    private const int Most = 50;

    private sealed record Row(string Path, string Title, bool IsLost, long Below);

    /// <summary>The outline: their ancestors, those that are missing included; empty where all are connected.</summary>
    public static IReadOnlyList<OutlinePage> Of(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation)
    {
        if (catalog.Models.FirstOrDefault(m => catalog.IsPage(m.Table)) is not { Table: var pages }
            || pages.Find("path") is null)
            return [];
        PathScheme scheme = PathScheme.Wagtail;
        SqlText parent = scheme.ParentSql($"p.path");
        Row[] lost = [.. session.Query<Row>($"""
            select p.path, concat_ws(' ', p.title, p.url_path) as title, true as islost,
                   (select count(*) from {pages} b where b.path like p.path || '%' and b.path <> p.path) as below
            from {pages} p
            where p.depth > 1 and not exists (select from {pages} a where a.path = {parent})
            order by p.path limit {Most}
            """, cancellation)];
        string[] above = [.. lost.SelectMany(r => Ancestors(r.Path, scheme.StepLength)).Distinct()];
        if (lost.Length == 0)
            return [];
        IEnumerable<Row> known = above.Length == 0 ? [] : session.Query<Row>($"""
            select p.path, concat_ws(' ', p.title, p.url_path) as title, false as islost, 0::int8 as below
            from {pages} p where p.path in ({above.Select(SqlText.Value)})
            """, cancellation);
        Dictionary<string, Row> rows = known.Concat(lost).GroupBy(r => r.Path).ToDictionary(g => g.Key, g => g.Last());
        return [.. rows.Keys.Union(above).Order(StringComparer.Ordinal).Select(p => new OutlinePage(
            rows.GetValueOrDefault(p)?.Title, p, Ancestors(p, scheme.StepLength).Count() + 1,
            rows.GetValueOrDefault(p)?.IsLost == true, rows.GetValueOrDefault(p)?.Below ?? 0))];
    }

    // Of a path whose length is wrong too, what is left is its last step.
    private static string ParentOf(string path, int step) => path[..((Math.Max(path.Length, 1) - 1) / step * step)];

    private static IEnumerable<string> Ancestors(string path, int step)
    {
        for (string above = ParentOf(path, step); above.Length > 0; above = ParentOf(above, step))
            yield return above;
    }
}
