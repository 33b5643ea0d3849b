namespace DataOps.Core.Django.Values;

/// <summary>What Django would take for empty, for columns that nobody gives a value for.</summary>
internal static class EmptyValue
{
    /// <summary>Whether a row needs a value for a column that has no default.</summary>
    public static bool IsNeeded(Column column) =>
        column is { NotNull: true, Default: null, Source: ColumnSource.Plain };

    /// <summary>
    /// The SQL of a value of a row that is made anew, over its key as k.key; null where nothing is obvious, or nothing
    /// is needed.
    /// </summary>
    public static SqlText? OfRow(ReferenceCatalog catalog, Table table, Column column)
    {
        if (!IsNeeded(column)
            || catalog.From(table).Any(r => r.ContentTypeColumn is null && r.Columns.Contains(column)))
            return null;
        // A unique constraint that is missing is one all the same: its values would stand in the way of its repair.
        bool isUnique = table.UniqueKeys.Any(u => u.Contains(column.Name))
            || KnownUniqueKeys.All.Any(u => u.Columns.Contains(column.Name) && catalog.TableOf(u.Model) == table);
        return ValueConverter.For(column) switch
        {
            // What an application reads in a JSON field may as well be a list.
            JsonConverter => null,
            TextConverter { Empty: not null } when column.Name == "password" =>
                (SqlText)$"('!' || left(encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex'), 40))",
            TextConverter { Empty: not null } when isUnique => column.Length is { } length
                ? (SqlText)$"left('recreated-' || k.key::text, {SqlText.Literal(length)})"
                : (SqlText)$"('recreated-' || k.key::text)",
            IntegerConverter or FloatConverter or NumericConverter when isUnique => null,
            NestedConverter or BytesConverter when isUnique => null,
            ValueConverter type => type.Empty,
        };
    }
}
