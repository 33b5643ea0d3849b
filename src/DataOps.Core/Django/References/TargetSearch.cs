using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;
using Npgsql;

namespace DataOps.Core.Django.References;

/// <summary>Finds the rows of a table that dangle by references with one known target, in one pass over it or from the index of a column of few values.</summary>
internal static class TargetSearch
{
    private const int FewValues = 1000;
    private const int SmallTable = 5000;

    public static IEnumerable<DanglingReference> In(Session session, Table child, IReadOnlyList<TargetReference> references, string? condition, CancellationToken cancellation)
    {
        ILookup<bool, TargetReference> byWay = references.ToLookup(r => condition is null && HasFewValues(session, child, r, cancellation));
        return byWay[true].SelectMany(r => OfFewValues(session, child, r, cancellation))
            .Concat(InOnePass(session, child, [.. byWay[false]], condition, cancellation));
    }

    private static IEnumerable<DanglingReference> InOnePass(Session session, Table child, TargetReference[] references, string? condition, CancellationToken cancellation)
    {
        if (references.Length == 0)
            yield break;
        string sql = condition is null ? OfAllRows(child, references) : OfChosenRows(child, references, condition);
        foreach ((string key, string?[] found) in session.Stream(sql, row => (row.GetString(0), Texts(row, references.Length)), cancellation))
            for (int i = 0; i < references.Length; i++)
                if (found[i] is { } value)
                    yield return references[i].Dangling(key, value);
    }

    // One scan of the child and a hash of each parent's keys: a row comes out when any of its references dangles.
    private static string OfAllRows(Table child, TargetReference[] references)
    {
        string values = string.Join(", ", references.Select((r, i) =>
            $"case when {Dangles(r, i)} then {r.Value("c")} end"));
        string joins = string.Join("\n", references.Select((r, i) => $"left join {r.Target.Sql} p{i} on {r.IsTarget("c", $"p{i}")}"));
        string any = string.Join(" or ", references.Select((r, i) => $"({Dangles(r, i)})"));
        return $"select {KeyText.Of(child, "c")}, {values} from {child.Sql} c\n{joins}\nwhere {any}";
    }

    private static string OfChosenRows(Table child, TargetReference[] references, string condition)
    {
        TargetLookup targets = new(child, references, "c");
        return $"select {targets.Key}, {string.Join(", ", targets.Values)} from {child.Sql} c{targets.Join} where ({condition}) and {targets.Any}";
    }

    // A loose scan steps from value to value through the index; only dead values are looked for in the rows.
    private static IEnumerable<DanglingReference> OfFewValues(Session session, Table child, TargetReference reference, CancellationToken cancellation)
    {
        string column = SqlText.Identifier(reference.Column.Name);
        string sql = $"""
            with recursive v({column}) as (
              (select c.{column} from {child.Sql} c where c.{column} is not null order by c.{column} limit 1)
              union all
              select (select c.{column} from {child.Sql} c where c.{column} > v.{column} order by c.{column} limit 1) from v where v.{column} is not null),
            dead as (
              select v.{column} from v where v.{column} is not null
              and not exists (select 1 from {reference.Target.Sql} p where {reference.IsTarget("v", "p")}))
            select {KeyText.Of(child, "c")}, c.{column}::text from dead join {child.Sql} c on c.{column} = dead.{column}
            """;
        return session.Stream(sql, row => reference.Dangling(row.GetString(0), row.GetString(1)), cancellation);
    }

    private static bool HasFewValues(Session session, Table child, TargetReference reference, CancellationToken cancellation) =>
        reference.Columns.Count == 1
        && child.EstimatedRows is > SmallTable and long rows
        && reference is not TreeReference
        && child.HasIndexOn(reference.Column.Name)
        && reference.Column.Type.Oid == reference.TargetColumns[0].Type.Oid
        && reference.Column.Type.Schema == "pg_catalog"
        && DistinctValues(session, child, reference.Column, cancellation) is { } distinct
        && (distinct < 0 ? -distinct * rows : distinct) < Math.Min(FewValues, rows / 10);

    // A number of values, or when negative minus their share of the rows; null without statistics.
    private static double? DistinctValues(Session session, Table table, Column column, CancellationToken cancellation) => session.List<double?>(
        $"""
        select n_distinct::float8 from pg_stats
        where schemaname = @schema and tablename = @table and attname = @column and inherited = {(table.Kind == TableKind.PartitionedTable ? "true" : "false")}
        """,
        new { schema = table.Schema, table = table.Name, column = column.Name }, cancellation) is [{ } only] ? only : null;

    private static string Dangles(TargetReference r, int i) => $"{r.IsSet("c")} and p{i}.{SqlText.Identifier(r.TargetColumns[0].Name)} is null";

    private static string?[] Texts(NpgsqlDataReader row, int count)
    {
        string?[] texts = new string?[count];
        for (int i = 0; i < count; i++)
            texts[i] = row.IsDBNull(i + 1) ? null : row.GetString(i + 1);
        return texts;
    }
}
