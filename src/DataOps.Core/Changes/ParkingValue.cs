namespace DataOps.Core.Changes;

/// <summary>
/// A way to take a row out of another's way for a moment: a column, and the SQL of a value that no row has or gets.
/// </summary>
/// <param name="Column">The column.</param>
/// <param name="Expression">The value; b.n is the row's number from 1, t the row.</param>
/// <param name="IsNull">Whether it is NULL.</param>
internal sealed record ParkingValue(Column Column, SqlText Expression, bool IsNull = false)
{
    private const int PrivateUse = 6400;
    private const int FirstPrivateUse = 0xE000;

    /// <summary>The ways for a column, the least disturbing first.</summary>
    /// <param name="table">The table.</param>
    /// <param name="relation">The relation with the new values, under the target's names.</param>
    /// <param name="column">The column.</param>
    /// <param name="isNullFree">Whether NULL takes a row out of the index.</param>
    /// <param name="token">A word that no value holds.</param>
    public static IEnumerable<ParkingValue> For(
        Table table, SqlText relation, Column column, bool isNullFree, string token)
    {
        if (!column.NotNull && isNullFree)
            yield return new ParkingValue(column, $"null::{column.TypeSql}", IsNull: true);
        foreach (SqlText value in Values(table, relation, column, token))
            yield return new ParkingValue(column, $"({value})::{column.Type}");
    }

    private static IEnumerable<SqlText> Values(Table table, SqlText relation, Column column, string token)
    {
        PgType type = column.Type.Underlying;
        // Behind the largest and before the smallest of all values, present and new.
        SqlText Outermost(SqlText which, SqlText condition) =>
            $"(select {which}(v) from (select {column} as v from {table} union all select {column} from " +
                $"{relation} r) x where {condition})";
        SqlText finite = $"v::text not in ('NaN', 'Infinity', '-Infinity')";
        SqlText word = $"{SqlText.Value("z" + token)} || b.n::text";
        switch (type.Name)
        {
            case "text" or "varchar" or "bpchar" or "citext" or "name":
                // Letters and digits satisfy most checks; private characters fit into two.
                if (column.Length is null or >= 24)
                    yield return word;
                yield return PrivateCharacters(column.Length);
                break;
            case "int2" or "int4" or "int8":
                yield return $"{Outermost($"max", $"true")}::int8 + b.n";
                yield return $"{Outermost($"min", $"true")}::int8 - b.n";
                break;
            case "numeric":
                yield return $"trunc(coalesce({Outermost($"max", finite)}, 0)) + b.n";
                yield return $"trunc(coalesce({Outermost($"min", finite)}, 0)) - b.n";
                break;
            case "float4" or "float8":
                yield return $"trunc(coalesce({Outermost($"max", finite)}, 0)) + b.n";
                break;
            case "uuid":
                yield return $"gen_random_uuid()";
                break;
            case "bytea":
                yield return $"convert_to({word}, 'UTF8')";
                break;
            case "date":
                yield return $"coalesce({Outermost($"max", $"isfinite(v)")}, date '2000-01-01') + b.n::int";
                yield return $"coalesce({Outermost($"min", $"isfinite(v)")}, date '2000-01-01') - b.n::int";
                break;
            case "timestamp" or "timestamptz":
                yield return $"coalesce({Outermost($"max", $"isfinite(v)")}, '2000-01-01') + b.n * interval '1 second'";
                yield return $"coalesce({Outermost($"min", $"isfinite(v)")}, '2000-01-01') - b.n * interval '1 second'";
                break;
            case "interval":
                yield return $"coalesce({Outermost($"max", $"true")}, '0') + b.n * interval '1 day'";
                break;
            case "time":
                yield return $"time '00:00' + ((abs(hashtext({SqlText.Value(token)})::int8) * 7919 + b.n * 104729) " +
                    $"% 86399999983) * interval '1 microsecond'";
                break;
            case "inet" or "cidr":
                yield return $"inet 'fe80::da7a:0:0' + b.n";
                break;
            case "jsonb":
                yield return $"to_jsonb({word})";
                break;
            case "bool":
                // Of use in the condition of a partial index.
                yield return $"not t.{column}";
                break;
        }
    }

    private static SqlText PrivateCharacters(int? length)
    {
        SqlText first = $"chr({FirstPrivateUse} + (b.n % {PrivateUse})::int)";
        return length == 1
            ? first
            : (SqlText)$"{first} || chr({FirstPrivateUse} + (b.n / {PrivateUse} % {PrivateUse})::int)";
    }
}
