using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Postgres.Sql;

/// <summary>The SQL of what a person calls a row: its key as one text, the parts of a composite key joined by commas, ctid without one.</summary>
/// <remarks>A part that is NULL leaves its place empty, so that the others keep theirs; a key of one column that is NULL is NULL.</remarks>
internal static class KeyText
{
    /// <summary>The primary key of a table's row.</summary>
    public static string Of(Table table, string alias) =>
        table.PrimaryKey.Count == 0 ? $"{alias}.ctid::text" : Of(table.PrimaryKey.Select(k => table.Find(k)!), alias);

    /// <summary>Columns of a row.</summary>
    public static string Of(IEnumerable<Column> columns, string alias) => Joined(columns.Select(c => $"{alias}.{SqlText.Identifier(c.Name)}::text"));

    /// <summary>Texts.</summary>
    public static string Joined(IEnumerable<string> texts) => texts.ToArray() is [string only]
        ? only
        : $"concat_ws(',', {string.Join(", ", texts.Select(t => $"coalesce({t}, '')"))})";
}
