using Npgsql;

namespace DataOps.Core.Django.References;

/// <summary>
/// Finds the rows of a table that dangle by references with one known target, in one pass over it or from the index of
/// a column of few values.
/// </summary>
internal static class TargetSearch
{
    private const int FewValues = 1000;
    private const int SmallTable = 5000;

    public static IEnumerable<DanglingReference> In(Session session, Table child,
        IReadOnlyList<TargetReference> references, SqlText? condition, CancellationToken cancellation)
    {
        ILookup<bool, TargetReference> byWay = references.ToLookup(
            r => condition is null && HasFewValues(session, child, r, cancellation));
        return byWay[true].SelectMany(r => OfFewValues(session, child, r, cancellation))
            .Concat(InOnePass(session, child, [.. byWay[false]], condition, cancellation));
    }

    private static IEnumerable<DanglingReference> InOnePass(
        Session session, Table child, TargetReference[] references, SqlText? condition, CancellationToken cancellation)
    {
        if (references.Length == 0)
            yield break;
        SqlText sql = condition is { } chosen ? OfChosenRows(child, references, chosen) : OfAllRows(child, references);
        foreach ((string key, string?[] found) in session.Read(
            sql, row => (row.GetString(0), Texts(row, references.Length)), cancellation))
            for (int i = 0; i < references.Length; i++)
                if (found[i] is { } value)
                    yield return references[i].Dangling(key, value);
    }

    // One scan of the child and a hash of each parent's keys: a row comes out when any of its references dangles.
    private static SqlText OfAllRows(Table child, TargetReference[] references)
    {
        IEnumerable<SqlText> values =
            references.Select((r, i) => (SqlText)$"case when {Dangles(r, i)} then {r.Value("c")} end");
        IEnumerable<SqlText> joins =
            references.Select((r, i) => (SqlText)$"left join {r.Target} {Parent(i)} on {r.IsTarget("c", Parent(i))}");
        IEnumerable<SqlText> any = references.Select((r, i) => (SqlText)$"({Dangles(r, i)})");
        return $"select {KeyText.Of(child, "c")}, {values} from " +
            $"{child} c\n{SqlText.Join("\n", joins)}\nwhere {SqlText.Join(" or ", any)}";
    }

    private static SqlText OfChosenRows(Table child, TargetReference[] references, SqlText condition)
    {
        TargetLookup targets = new(child, references, "c");
        return $"select {targets.Key}, {targets.Values} from {child} c{targets.Join} where " +
            $"({condition}) and {targets.Any}";
    }

    // A loose scan steps from value to value through the index; only dead values are looked for in the rows.
    private static IEnumerable<DanglingReference> OfFewValues(
        Session session, Table child, TargetReference reference, CancellationToken cancellation)
    {
        Column column = reference.Column;
        SqlText sql = $"""
            with recursive v({column}) as (
              (select c.{column} from {child} c where c.{column} is not null order by c.{column} limit 1)
              union all
              select (select c.{column} from {child} c where c.{column} > v.{column} order by c.{column} limit 1)
                  from v where v.{column} is not null),
            dead as (
              select v.{column} from v where v.{column} is not null
              and not exists (select 1 from {reference.Target} p where {reference.IsTarget("v", "p")}))
            select {KeyText.Of(child, "c")}, c.{column}::text from dead join {child} c on c.{column} = dead.{column}
            """;
        return session.Read(sql, row => reference.Dangling(row.GetString(0), row.GetString(1)), cancellation);
    }

    private static bool HasFewValues(
        Session session, Table child, TargetReference reference, CancellationToken cancellation) =>
        reference.Columns.Count == 1
        && child.EstimatedRows is > SmallTable and long rows
        && reference is not TreeReference
        && child.HasIndexOn(reference.Column.Name)
        && reference.Column.Type.Oid == reference.TargetColumns[0].Type.Oid
        && reference.Column.Type.Schema == "pg_catalog"
        && DistinctValues(session, child, reference.Column, cancellation) is { } distinct
        && (distinct < 0 ? -distinct * rows : distinct) < Math.Min(FewValues, rows / 10);

    // A number of values, or when negative minus their share of the rows; null without statistics.
    private static double? DistinctValues(
        Session session, Table table, Column column, CancellationToken cancellation) => session.Query<double?>(
        $"""
        select n_distinct::float8 from pg_stats
        where schemaname = {SqlText.Value(table.Schema)} and tablename = {SqlText.Value(table.Name)}
            and attname = {SqlText.Value(column.Name)}
          and inherited = {table.Kind == TableKind.PartitionedTable}
        """,
        cancellation) is [{ } only] ? only : null;

    private static SqlText Dangles(TargetReference r, int i) =>
        $"{r.IsSet("c")} and {r.TargetColumns[0].In(Parent(i))} is null";

    private static Alias Parent(int i) => $"p{i}";

    private static string?[] Texts(NpgsqlDataReader row, int count)
    {
        string?[] texts = new string?[count];
        for (int i = 0; i < count; i++)
            texts[i] = row.IsDBNull(i + 1) ? null : row.GetString(i + 1);
        return texts;
    }
}
