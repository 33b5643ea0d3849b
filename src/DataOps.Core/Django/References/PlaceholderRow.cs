using DataOps.Core.Django.Values;

namespace DataOps.Core.Django.References;

/// <summary>
/// A row that stands in for a missing one: its key, and otherwise the values of <see cref="EmptyValue.OfRow"/>.
/// </summary>
internal static class PlaceholderRow
{
    /// <summary>Why no placeholder can stand in a table; null when it can.</summary>
    public static string? Obstacle(ReferenceCatalog catalog, Table table, Column key)
    {
        if (table.SingleKey != key)
            return $"{key.Name} is not the key of {table}";
        if (catalog.To(table).Any(r => r.Class == ReferenceClass.Tree))
            return $"a node of {table} needs its place in the tree: Repair-Tree finds one";
        if (table == catalog.TableOf(DjangoTables.ContentType))
            return "a content type stands for a model and cannot be invented";
        if (catalog.ParentLink(table) is { } link)
            return $"a row of {table} needs its parent row in {link.Target}";
        string[] needed =
            [.. table.Columns.Where(
                c => c != key && EmptyValue.OfRow(catalog, table, c) is null && EmptyValue.IsNeeded(c)).Select(
                    c => c.Name)];
        return needed.Length == 0 ? null : $"no value is known for {string.Join(", ", needed)} of {table}";
    }
}
