using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Changes;

/// <summary>A way to take a row out of another's way for a moment: a column, and the SQL of a value that no row has or gets.</summary>
/// <param name="Column">The column.</param>
/// <param name="Expression">The value; b.n is the row's number from 1, t the row.</param>
internal sealed record ParkingValue(string Column, string Expression)
{
    private const int PrivateUse = 6400;
    private const int FirstPrivateUse = 0xE000;

    /// <summary>The ways for a column, the least disturbing first.</summary>
    /// <param name="table">The table.</param>
    /// <param name="relation">The relation with the new values, under the target's names.</param>
    /// <param name="column">The column.</param>
    /// <param name="isNullFree">Whether NULL takes a row out of the index.</param>
    /// <param name="token">A word that no value holds.</param>
    public static IEnumerable<ParkingValue> For(Table table, string relation, Column column, bool isNullFree, string token)
    {
        if (!column.NotNull && isNullFree)
            yield return new ParkingValue(column.Name, "null");
        foreach (string value in Values(table, relation, column, token))
            yield return new ParkingValue(column.Name, $"({value})::{column.Type.Sql}");
    }

    private static IEnumerable<string> Values(Table table, string relation, Column column, string token)
    {
        PgType type = column.Type.Underlying;
        string name = SqlText.Identifier(column.Name);
        // Behind the largest and before the smallest of all values, present and new.
        string Outermost(string which, string condition) =>
            $"(select {which}(v) from (select {name} as v from {table.Sql} union all select {name} from {relation} r) x where {condition})";
        string word = $"{SqlText.Literal("z" + token)} || b.n::text";
        switch (type.Name)
        {
            case "text" or "varchar" or "bpchar" or "citext" or "name":
                // Letters and digits satisfy most checks; private characters fit into two.
                if (column.Length is null or >= 24)
                    yield return word;
                foreach (string few in PrivateCharacters(column.Length))
                    yield return few;
                break;
            case "int2" or "int4" or "int8":
                yield return $"{Outermost("max", "true")}::int8 + b.n";
                yield return $"{Outermost("min", "true")}::int8 - b.n";
                break;
            case "numeric":
                const string Finite = "v::text not in ('NaN', 'Infinity', '-Infinity')";
                yield return $"trunc(coalesce({Outermost("max", Finite)}, 0)) + b.n";
                yield return $"trunc(coalesce({Outermost("min", Finite)}, 0)) - b.n";
                break;
            case "float4" or "float8":
                yield return $"trunc(coalesce({Outermost("max", "v::text not in ('NaN', 'Infinity', '-Infinity')")}, 0)) + b.n";
                break;
            case "uuid":
                yield return "gen_random_uuid()";
                break;
            case "bytea":
                yield return $"convert_to({word}, 'UTF8')";
                break;
            case "date":
                yield return $"coalesce({Outermost("max", "isfinite(v)")}, date '2000-01-01') + b.n::int";
                yield return $"coalesce({Outermost("min", "isfinite(v)")}, date '2000-01-01') - b.n::int";
                break;
            case "timestamp" or "timestamptz":
                yield return $"coalesce({Outermost("max", "isfinite(v)")}, '2000-01-01') + b.n * interval '1 second'";
                yield return $"coalesce({Outermost("min", "isfinite(v)")}, '2000-01-01') - b.n * interval '1 second'";
                break;
            case "interval":
                yield return $"coalesce({Outermost("max", "true")}, '0') + b.n * interval '1 day'";
                break;
            case "time":
                yield return $"time '00:00' + ((abs(hashtext({SqlText.Literal(token)})::int8) * 7919 + b.n * 104729) % 86399999983) * interval '1 microsecond'";
                break;
            case "inet" or "cidr":
                yield return "inet 'fe80::da7a:0:0' + b.n";
                break;
            case "jsonb":
                yield return $"to_jsonb({word})";
                break;
            case "bool":
                // Of use in the condition of a partial index.
                yield return $"not t.{name}";
                break;
        }
    }

    private static IEnumerable<string> PrivateCharacters(int? length)
    {
        const string First = "chr({0} + (b.n % {1})::int)";
        const string Second = "chr({0} + (b.n / {1} % {1})::int)";
        string[] characters = [string.Format(First, FirstPrivateUse, PrivateUse), string.Format(Second, FirstPrivateUse, PrivateUse)];
        yield return string.Join(" || ", characters.Take(Math.Min(length ?? 2, 2)));
    }
}
