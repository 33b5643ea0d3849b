using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.Core.Integrity;

/// <summary>The expressions that the searches share.</summary>
internal static class OrphanSql
{
    /// <summary>The key of row <paramref name="alias"/> as text: parts joined by commas, ctid without a key.</summary>
    public static string Key(Table table, string alias) => Text(table.PrimaryKey.Count == 0 ? ["ctid"] : table.PrimaryKey, alias);

    /// <summary>Columns of row <paramref name="alias"/> as one text, joined by commas.</summary>
    public static string Text(IEnumerable<string> columns, string alias) =>
        string.Join(" || ',' || ", columns.Select(c => $"{alias}.{(c == "ctid" ? c : Sql.Identifier(c))}::text"));

    /// <summary>That two columns are equal: as they are where their types allow it, else as texts (object ids are often texts).</summary>
    public static string Equal(Column left, string leftAlias, Column right, string rightAlias)
    {
        string l = $"{leftAlias}.{Sql.Identifier(left.Name)}";
        string r = $"{rightAlias}.{Sql.Identifier(right.Name)}";
        return Family(left) == Family(right) ? $"{l} operator(pg_catalog.=) {r}" : $"{l}::text operator(pg_catalog.=) {r}::text";
    }

    // Extensions' types (citext) have their operators elsewhere: as texts they compare everywhere.
    private static string Family(Column column) => column.Type.Underlying switch
    {
        { Schema: not "pg_catalog" } other => $"text of {other.Oid}|{column.Name}",
        { Name: "int2" or "int4" or "int8" } => "integer",
        { Name: "varchar" or "text" or "bpchar" } => "text",
        { Name: var name } => name,
    };
}
