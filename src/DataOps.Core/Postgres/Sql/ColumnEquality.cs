namespace DataOps.Core.Postgres.Sql;

/// <summary>The SQL by which columns of two tables are compared.</summary>
internal static class ColumnEquality
{
    /// <summary>
    /// That two columns are equal: as they are where their types allow it, else as texts (object ids are often texts).
    /// </summary>
    public static SqlText Of(Column left, Alias leftAlias, Column right, Alias rightAlias) =>
        IsValue(right, rightAlias, left, left.In(leftAlias));

    /// <summary>That a column is equal to the value of another one, as SQL.</summary>
    public static SqlText IsValue(Column column, Alias alias, Column other, SqlText value)
    {
        SqlText cast = Cast(other, column);
        return $"{value}{cast} operator(pg_catalog.=) {column.In(alias)}{cast}";
    }

    /// <summary>That a column is equal to one of all values of a table's column.</summary>
    public static SqlText IsAmong(Column column, Alias alias, Table table, Column target)
    {
        SqlText cast = Cast(column, target);
        return $"{column.In(alias)}{cast} operator(pg_catalog.=) any (select p.{target}{cast} from {table} p)";
    }

    /// <summary>Whether two columns are compared as they are.</summary>
    public static bool IsSameFamily(Column left, Column right) => Family(left) == Family(right);

    private static SqlText Cast(Column left, Column right) =>
        IsSameFamily(left, right) ? SqlText.Empty : (SqlText)$"::text";

    // Extensions' types (citext) have their operators elsewhere: as texts they compare everywhere.
    private static string Family(Column column) => column.Type.Underlying switch
    {
        { Schema: not "pg_catalog" } other => $"text of {other.Oid}|{column.Name}",
        { Name: "int2" or "int4" or "int8" } => "integer",
        { Name: "varchar" or "text" or "bpchar" } => "text",
        { Name: var name } => name,
    };
}
