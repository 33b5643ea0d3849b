using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Postgres.Sql;

/// <summary>The SQL by which columns of two tables are compared.</summary>
internal static class ColumnEquality
{
    /// <summary>That two columns are equal: as they are where their types allow it, else as texts (object ids are often texts).</summary>
    public static string Of(Column left, string leftAlias, Column right, string rightAlias)
    {
        (string l, string r) = Sides(left, leftAlias, right, rightAlias);
        return $"{l} operator(pg_catalog.=) {r}";
    }

    /// <summary>What stands on both sides of the comparison.</summary>
    public static (string Left, string Right) Sides(Column left, string leftAlias, Column right, string rightAlias) =>
        SidesOf(left, $"{leftAlias}.{SqlText.Identifier(left.Name)}", right, rightAlias);

    /// <summary>What stands on both sides of the comparison of a column's value, as SQL, with another column.</summary>
    public static (string Left, string Right) SidesOf(Column left, string value, Column right, string rightAlias)
    {
        string cast = Family(left) == Family(right) ? "" : "::text";
        return ($"{value}{cast}", $"{rightAlias}.{SqlText.Identifier(right.Name)}{cast}");
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
