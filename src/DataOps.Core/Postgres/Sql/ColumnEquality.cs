using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Postgres.Sql;

/// <summary>The SQL by which columns of two tables are compared.</summary>
internal static class ColumnEquality
{
    /// <summary>The condition that two columns are equal: as they are where their types allow it, else as texts (object ids are often texts).</summary>
    public static SqlText Of(Column left, Alias leftAlias, Column right, Alias rightAlias)
    {
        (SqlText l, SqlText r) = Sides(left, leftAlias, right, rightAlias);
        return $"{l} operator(pg_catalog.=) {r}";
    }

    /// <summary>The expressions on both sides of the comparison.</summary>
    public static (SqlText Left, SqlText Right) Sides(Column left, Alias leftAlias, Column right, Alias rightAlias) => Family(left) == Family(right)
        ? (left.In(leftAlias), right.In(rightAlias))
        : ((SqlText)$"{left.In(leftAlias)}::text", (SqlText)$"{right.In(rightAlias)}::text");

    // Extensions' types (citext) have their operators elsewhere: as texts they compare everywhere.
    private static string Family(Column column) => column.Type.Underlying switch
    {
        { Schema: not "pg_catalog" } other => $"text of {other.Oid}|{column.Name}",
        { Name: "int2" or "int4" or "int8" } => "integer",
        { Name: "varchar" or "text" or "bpchar" } => "text",
        { Name: var name } => name,
    };
}
