namespace DataOps.Core.Features.ContentTypes;

/// <summary>The columns that hold a content type's id, with a constraint or without.</summary>
internal static class TypeColumns
{
    /// <summary>All of them, by table.</summary>
    public static IReadOnlyList<(Table Table, Column Column)> Of(ReferenceCatalog catalog, Table contentTypes) =>
    [
        .. catalog.References
            .Where(r => r.ContentTypeColumn is not null
                || (r.Target?.Oid == contentTypes.Oid && r is { IsField: true, Columns.Count: 1 }))
            .Select(r => (r.Table, Column: r.ContentTypeColumn ?? r.Column))
            .Where(c => c.Table.IsReadable)
            .DistinctBy(c => (c.Table.Oid, c.Column.Name)),
    ];

    /// <summary>How many rows name each content type, by table; a row that names it twice counts once.</summary>
    public static ILookup<int, (string Table, long Rows)> Count(
        Session session, IReadOnlyList<(Table Table, Column Column)> columns, int[] types,
        CancellationToken cancellation)
    {
        List<(int Type, string Table, long Rows)> found = [];
        foreach (IGrouping<uint, (Table Table, Column Column)> table in columns.GroupBy(c => c.Table.Oid))
        {
            IEnumerable<SqlText> isWanted = table.Select(c => (SqlText)$"t.{c.Column} = w.id");
            Table rows = table.First().Table;
            found.AddRange(session.Query<(int, string, long)>($"""
                select w.id, {SqlText.Value(rows.DisplayName)}, count(*)
                from unnest({types}) w (id) join {rows} t on {SqlText.Join(" or ", isWanted)} group by 1
                """, cancellation));
        }
        return found.OrderBy(f => f.Table, StringComparer.Ordinal).ToLookup(f => f.Type, f => (f.Table, f.Rows));
    }
}
