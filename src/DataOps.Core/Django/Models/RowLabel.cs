namespace DataOps.Core.Django.Models;

/// <summary>Who a row is, for a person: its key alone names nobody.</summary>
/// <remarks>
/// A user's name; a page's title and address; else the first of title, name, slug, username, email and code that the
/// table has, or the table of its parent model.
/// </remarks>
internal static class RowLabel
{
    private const int Longest = 100;

    private static readonly string[] s_names = ["title", "name", "slug", "username", "email", "code"];

    /// <summary>The label as one line of text, of at most 100 characters; NULL where the row has none.</summary>
    /// <param name="catalog">Leads to the parent's table.</param>
    /// <param name="table">The table.</param>
    /// <param name="alias">The row.</param>
    public static SqlText Of(ReferenceCatalog catalog, Table table, Alias alias) =>
        $"left(regexp_replace({Whole(catalog, table, alias)}, '[[:space:]]+', ' ', 'g'), {Longest})";

    /// <summary>
    /// Rows with their labels, as <c>64 (Hof /home/locations/hof/)</c>; the key alone where there is none.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="catalog">Leads to the parent's table.</param>
    /// <param name="table">The table.</param>
    /// <param name="keys">The keys of a few rows, as texts.</param>
    /// <param name="cancellation">Cancels the query.</param>
    public static IReadOnlyList<string> Of(
        Session session, ReferenceCatalog catalog, Table table, IReadOnlyList<string> keys,
        CancellationToken cancellation)
    {
        if (keys.Count == 0)
            return [];
        Dictionary<string, string?> labels = session.Read(
            $"""
            select {KeyText.Of(table, "t")}, {Of(catalog, table, "t")}
            from {table} t where {KeyText.Of(table, "t")} in ({keys.Select(SqlText.Value)})
            """,
            r => (Key: r.GetString(0), Label: r.IsDBNull(1) ? null : r.GetString(1)), cancellation)
            .DistinctBy(r => r.Key).ToDictionary(r => r.Key, r => r.Label);
        return [.. keys.Select(k => labels.GetValueOrDefault(k) is { } label ? $"{k} ({label})" : k)];
    }

    private static SqlText Whole(ReferenceCatalog catalog, Table table, Alias alias)
    {
        if (catalog.IsPage(table) && table.Find("title") is { } title && table.Find("url_path") is { } address)
            return $"concat_ws(' ', nullif({title.In(alias)}, ''), {address.In(alias)})";
        string? name = KnownNaturalKeys.UserName(table) ?? s_names.FirstOrDefault(n => IsText(table.Find(n)));
        if (name is not null)
            return $"nullif({alias.Column(name)}::text, '')";
        if (catalog.ParentLink(table) is not { Target: { } parent } link)
            return $"null::text";
        Alias above = $"{alias}_p";
        return $"""
            (select {Whole(catalog, parent, above)} from {parent} {above}
              where {link.TargetColumns[0].In(above)} = {link.Column.In(alias)})
            """;
    }

    private static bool IsText(Column? column) =>
        column is { Type.Underlying.Name: "varchar" or "text" or "bpchar" or "citext" };
}
