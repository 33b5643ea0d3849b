namespace DataOps.Core.Changes;

/// <summary>Names pages as people know them: by their addresses.</summary>
internal static class PageList
{
    private const int Named = 5;

    /// <summary>
    /// The pages among planned rows that are deleted, as <c>12 pages: /home/breads/, /home/breads/rye/, …</c>, those
    /// nearest to the root first; null when there is none.
    /// </summary>
    public static string? Deleted(
        Session session, ReferenceCatalog catalog, IEnumerable<TablePlan> plans, CancellationToken cancellation)
    {
        if (plans.FirstOrDefault(p => catalog.IsPage(p.Table)) is not { } pages
            || pages.Table.Find("url_path") is not { } address || pages.Count('D') is not (> 0 and var count))
            return null;
        IReadOnlyList<string> first = session.Query<string>($"""
            select coalesce(nullif(t.{address}, ''), t.{pages.Table.SingleKey!}::text)
            from {pages.Table} t join {pages.Name} d on d._action = 'D' and {pages.Same("d", "t")}
            order by length(t.path), t.path limit {Named}
            """, cancellation);
        string more = count > first.Count ? ", …" : "";
        return $"{(count == 1 ? "1 page" : $"{count} pages")}: {string.Join(", ", first)}{more}";
    }
}
