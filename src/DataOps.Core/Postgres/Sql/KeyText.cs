namespace DataOps.Core.Postgres.Sql;

/// <summary>
/// The SQL of what a person calls a row: its key as one text, the parts of a composite key joined by commas, ctid
/// without one.
/// </summary>
/// <remarks>
/// A part that is NULL leaves its place empty, so that the others keep theirs; a key of one column that is NULL is
/// NULL.
/// </remarks>
internal static class KeyText
{
    /// <summary>The primary key of a table's row.</summary>
    public static SqlText Of(Table table, Alias alias) =>
        table.PrimaryKey.Count == 0
            ? (SqlText)$"{alias}.ctid::text"
            : Of(table.PrimaryKey.Select(k => table.Find(k)!), alias);

    /// <summary>Columns of a row.</summary>
    public static SqlText Of(IEnumerable<Column> columns, Alias alias) =>
        Joined(columns.Select(c => (SqlText)$"{c.In(alias)}::text"));

    /// <summary>Texts.</summary>
    public static SqlText Joined(IEnumerable<SqlText> texts) => texts.ToArray() is [SqlText only]
        ? only
        : (SqlText)$"concat_ws(',', {texts.Select(t => (SqlText)$"coalesce({t}, '')")})";
}
