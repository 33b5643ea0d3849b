namespace DataOps.Core.Django.Trees;

/// <summary>Checks the paths of an ltree column: missing parents, what hangs below them, duplicates.</summary>
internal sealed class LtreeCheck(Session session, Tree tree, CancellationToken cancellation)
{
    private readonly SqlText _path = $"c.{tree.Path!}::text";

    /// <summary>The problems, in the order of the paths.</summary>
    public IEnumerable<Problem> Find()
    {
        Problem Problem(TreeProblem problem, string key, string path, string note) =>
            new(problem, Severity.Error, tree.Table, key, tree.Path!.Name, path, null, note);

        // A parent's path is what stands before the last dot.
        SqlText sql = $"""
            with n as materialized (
              select {tree.Key("c")} as key, {_path} as path,
                     nullif(regexp_replace({_path}, '\.?[^.]*$', ''), '') as up,
                     row_number() over (partition by {_path} order by {tree.KeyOrder("c")}) as number
              from {tree.Table} c),
            lost as materialized (
              select distinct path from n where up is not null and not exists (select 1 from n p where p.path = n.up))
            select n.key, n.path, n.up, n.number > 1, n.path in (select path from lost),
                   (select min(l.path) from lost l where starts_with(n.path, l.path || '.'))
            from n where n.number > 1 or n.path in (select path from lost)
              or exists (select 1 from lost l where starts_with(n.path, l.path || '.'))
            order by n.path collate "C", n.number
            """;
        foreach (var row in session.Read(
            sql,
            r => (Key: r.GetString(0), Path: r.GetString(1), Up: r.IsDBNull(2) ? null : r.GetString(2),
                IsSecond: r.GetBoolean(3), IsLost: r.GetBoolean(4), Above: r.IsDBNull(5) ? null : r.GetString(5)),
            cancellation))
        {
            if (row.IsSecond)
                yield return Problem(TreeProblem.Duplicate, row.Key, row.Path, "another row has the same path");
            if (row.IsLost)
                yield return Problem(TreeProblem.Orphan, row.Key, row.Path, $"no row has the path {row.Up}");
            else if (row.Above is not null)
                yield return Problem(TreeProblem.BelowOrphan, row.Key, row.Path, $"below the orphan {row.Above}");
        }
    }
}
