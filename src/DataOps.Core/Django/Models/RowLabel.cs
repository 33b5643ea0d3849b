namespace DataOps.Core.Django.Models;

/// <summary>Who a row is, for a person: its key alone names nobody.</summary>
/// <remarks>
/// The columns that -Label names; else a user's name; a page's title and address; else the first of title, name, slug,
/// username, email, code and the like that the table has, or the table of its parent model.
/// </remarks>
internal static class RowLabel
{
    private const int Longest = 100;

    private static readonly string[] s_names =
    [
        "title", "name", "slug", "username", "email", "code", "label", "subject", "old_path", "hostname", "domain",
        "codename", "object_str", "object_repr",
    ];

    /// <summary>The label as one line of text, of at most 100 characters; NULL where the row has none.</summary>
    /// <param name="catalog">Leads to the parent's table.</param>
    /// <param name="table">The table.</param>
    /// <param name="alias">The row.</param>
    public static SqlText Of(ReferenceCatalog catalog, Table table, Alias alias) =>
        $"left(regexp_replace({Whole(catalog, table, alias)}, '[[:space:]]+', ' ', 'g'), {Longest})";

    /// <summary>
    /// The key of a row with its label, as <c>64 (Hof /home/locations/hof/)</c>; the key alone without.
    /// </summary>
    /// <param name="catalog">Leads to the parent's table.</param>
    /// <param name="table">The table.</param>
    /// <param name="alias">The row.</param>
    /// <param name="key">Its key as text.</param>
    public static SqlText Named(ReferenceCatalog catalog, Table table, Alias alias, SqlText key) =>
        $"concat({key}, ' (' || {Of(catalog, table, alias)} || ')')";

    /// <summary>The labels of rows, by their keys as texts; those that have none are left out.</summary>
    public static IEnumerable<(string Key, string Label)> Read(
        Session session, ReferenceCatalog catalog, Table table, string[] keys, CancellationToken cancellation)
    {
        if (!HasLabel(catalog, table) || Named(table, keys) is not { } named)
            return [];
        return session.Read(
            $"""
            select r.key, r.label from (
              select {KeyText.Of(table, "t")} as key, {Of(catalog, table, "t")} as label from {table} t where {named}) r
            where r.label is not null
            """, r => (r.GetString(0), r.GetString(1)), cancellation);
    }

    /// <summary>The first of several rows, as <c>64 (Hof /home/locations/hof/), 71, …</c>; null for none.</summary>
    /// <param name="first">Their keys, and their labels where they have one.</param>
    /// <param name="count">How many rows there are.</param>
    public static string? Sum(IReadOnlyList<(string Key, string? Label)> first, long count) => first.Count == 0
        ? null
        : string.Join(", ", first.Select(r => Named(r.Key, r.Label))) + (count > first.Count ? ", …" : "");

    /// <summary>A row with its label; the key alone where there is none.</summary>
    public static string Named(string key, string? label) => label is null ? key : $"{key} ({label})";

    // By the index of the key, or the place of the row; a table whose key has several columns is read as a whole, and
    // not where it is large.
    private static SqlText? Named(Table table, string[] keys) => table switch
    {
        { PrimaryKey.Count: 0 } => $"t.ctid = any({keys}::tid[])",
        { SingleKey: { } key } => $"{key.In("t")} = any({keys}::{key.Type}[])",
        { IsSmall: true } => $"{KeyText.Of(table, "t")} = any({keys})",
        _ => null,
    };

    private static bool HasLabel(ReferenceCatalog catalog, Table table) => catalog.Labels.TryGetValue(
        table.Oid, out IReadOnlyList<Column>? chosen)
        ? chosen.Count > 0
        : Name(table) is not null
            || (catalog.ParentLink(table) is { Target: { } parent } && HasLabel(catalog, parent));

    private static SqlText Whole(ReferenceCatalog catalog, Table table, Alias alias)
    {
        if (catalog.Labels.TryGetValue(table.Oid, out IReadOnlyList<Column>? chosen))
            return chosen.Count == 0 ? (SqlText)$"null::text" : Joined(chosen, alias);
        if (catalog.IsPage(table) && table.Find("title") is { } title && table.Find("url_path") is { } address)
            return Joined([title, address], alias);
        if (Name(table) is { } name)
            return $"nullif({alias.Column(name)}::text, '')";
        if (catalog.ParentLink(table) is not { Target: { } parent } link)
            return $"null::text";
        Alias above = $"{alias}_p";
        return $"""
            (select {Whole(catalog, parent, above)} from {parent} {above}
              where {link.TargetColumns[0].In(above)} = {link.Column.In(alias)})
            """;
    }

    private static SqlText Joined(IEnumerable<Column> columns, Alias alias) =>
        $"nullif(concat_ws(' ', {columns.Select(c => (SqlText)$"nullif({c.In(alias)}::text, '')")}), '')";

    private static string? Name(Table table) =>
        KnownNaturalKeys.UserName(table) ?? s_names.FirstOrDefault(n => table.Find(n)?.IsText == true);
}
