namespace DataOps.Core.Django.Trees;

/// <summary>Compares a closure table with the parents that it is derived from.</summary>
/// <remarks>
/// Where the name does not say what the table is, its rows have to: a table of other links between nodes may have the
/// same columns. Nodes that no root leads to have no place, and their rows are not judged.
/// </remarks>
internal sealed class ClosureCheck(Session session, ClosureTable closure, CancellationToken cancellation)
{
    private const string Rebuilt = "the rows are derived from the parents: the package's rebuild, as rebuildtable() of "
        + "django-closuretree, makes them anew";

    /// <summary>Pairs that lack a row, rows of no such pair, and rows with another number of steps.</summary>
    public IEnumerable<Problem> Find()
    {
        (long rows, long right, bool hasOwn) = session.Query<(long, long, bool)>($"""
            {Pairs}
            select count(c.*), count(*) filter (where c.depth = e.depth), coalesce(bool_or(c.above = c.below), true)
            from c left join e on e.above = c.above and e.below = c.below
            """, cancellation)[0];
        if (!closure.IsNamed && (rows == 0 || 2 * right < rows))
            return [];
        SqlText isExpected = hasOwn ? (SqlText)$"true" : (SqlText)$"e.above <> e.below";
        return session.Read(
            $"""
            {Pairs},
            expected as (select e.above, e.below, e.depth, 1::int8 as number from e where {isExpected})
            select c.key, coalesce(c.above, e.above), coalesce(c.below, e.below), c.depth::text, e.depth::text
            from expected e
            full join (select * from c where exists (select 1 from w where w.key = c.below)) c
              on c.above = e.above and c.below = e.below and c.number = e.number
            where c.depth is distinct from e.depth
            order by coalesce(length(c.below), length(e.below)), 3, coalesce(length(c.above), length(e.above)), 2, 1
            """,
            r => Of(
                r.IsDBNull(0) ? null : r.GetString(0), r.GetString(1), r.GetString(2),
                r.IsDBNull(3) ? null : r.GetString(3), r.IsDBNull(4) ? null : r.GetString(4)),
            cancellation);
    }

    private Problem Of(string? key, string above, string below, string? has, string? expected)
    {
        string columns = $"{closure.Ancestor.Column.Name},{closure.Descendant.Column.Name}";
        string pair = $"{above},{below}";
        return key is null
            ? new Problem(TreeProblem.Closure, Severity.Error, closure.Table, null, columns, null, pair, Rebuilt)
            {
                Sentence = $"{closure.Table} has no row of {above} and its descendant {below}: {Rebuilt}",
            }
            : expected is null
            ? new Problem(TreeProblem.Closure, Severity.Error, closure.Table, key, columns, pair, null, Rebuilt)
            {
                Sentence = $"row {key} is too many, of {above} and {below}: {Rebuilt}",
            }
            : new Problem(
                TreeProblem.Closure, Severity.Error, closure.Table, key, closure.Depth.Name, has, expected, Rebuilt);
    }

    // The nodes that roots lead to (w), the pairs that follow from them (e), and those that the table has (c).
    private SqlText Pairs
    {
        get
        {
            Reference parent = closure.Tree.Parent!;
            SqlText key = parent.TargetColumns[0].Sql;
            SqlText above = closure.Ancestor.Column.Sql;
            SqlText below = closure.Descendant.Column.Sql;
            SqlText order = closure.Table.PrimaryKey.Count == 0
                ? (SqlText)$"x.ctid"
                : SqlText.Join(", ", closure.Table.PrimaryKey.Select(new Alias("x").Column));
            return $"""
                with recursive w as (
                  select n.{key}::text as key, array[n.{key}::text] as path
                  from {closure.Tree.Table} n where n.{parent.Column} is null
                  union all
                  select n.{key}::text, w.path || n.{key}::text
                  from {closure.Tree.Table} n join w on n.{parent.Column}::text = w.key),
                e as (select w.path[i] as above, w.key as below, (cardinality(w.path) - i)::int8 as depth
                  from w cross join generate_subscripts(w.path, 1) i),
                c as (select {KeyText.Of(closure.Table, "x")} as key, x.{above}::text as above,
                    x.{below}::text as below, x.{closure.Depth}::int8 as depth,
                    row_number() over (partition by x.{above}, x.{below} order by {order}) as number
                  from {closure.Table} x where x.{above} is not null and x.{below} is not null)
                """;
        }
    }
}
