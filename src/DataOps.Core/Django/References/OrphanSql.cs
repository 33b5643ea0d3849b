using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Django.References;

/// <summary>The expressions that the searches share.</summary>
internal static class OrphanSql
{
    /// <summary>The key of row <paramref name="alias"/> as text: parts joined by commas, ctid without a key.</summary>
    public static string Key(Table table, string alias) => Text(table.PrimaryKey.Count == 0 ? ["ctid"] : table.PrimaryKey, alias);

    /// <summary>Columns of row <paramref name="alias"/> as one text, joined by commas.</summary>
    public static string Text(IEnumerable<string> columns, string alias) =>
        string.Join(" || ',' || ", columns.Select(c => $"{alias}.{(c == "ctid" ? c : SqlText.Identifier(c))}::text"));

    /// <summary>Whether a reference points anywhere. MATCH SIMPLE: with a NULL in it, it does not, and that is allowed.</summary>
    public static string IsSet(Reference reference, string alias) =>
        string.Join(" and ", reference.Columns.Select(c => $"{alias}.{SqlText.Identifier(c.Name)} is not null"));
}
