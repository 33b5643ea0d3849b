namespace DataOps.Core.Django.Trees;

/// <summary>Checks a tree of django-mptt: its parents, and the numbers that follow from them.</summary>
internal sealed class MpttCheck(Session session, Tree tree, CancellationToken cancellation)
{
    /// <summary>The problems: those of the parents, then those of the numbers.</summary>
    public IEnumerable<Problem> Find()
    {
        foreach (Problem problem in new AdjacencyCheck(session, tree, cancellation).Find())
            yield return problem;
        (TreeProblem Class, Column Column, string Expected)[] numbers =
        [
            (TreeProblem.TreeId, tree.TreeId!, "tree_id"), (TreeProblem.Level, tree.Depth!, "level"),
            (TreeProblem.Left, tree.Left!, "lft"), (TreeProblem.Right, tree.Right!, "rght"),
        ];
        IEnumerable<SqlText> present = numbers.Select(n => (SqlText)$"c.{n.Column}::int8");
        IEnumerable<SqlText> expected = numbers.Select(n => new Alias("e").Column(n.Expected));
        SqlText sql = $"""
            select {tree.Key("c")}, array[{present}], array[{expected}]
            from {tree.Table} c
            join ({MpttNumbers.Query(tree, tree.Table.Sql)}) e on e.key = c.{tree.Parent!.TargetColumns[0]}
            where array[{present}] <> array[{expected}] order by e.tree_id, e.lft
            """;
        foreach ((string row, long[] has, long[] should) in session.Read(
            sql, r => (r.GetString(0), r.GetFieldValue<long[]>(1), r.GetFieldValue<long[]>(2)), cancellation))
            for (int i = 0; i < numbers.Length; i++)
                if (has[i] != should[i])
                    yield return new Problem(numbers[i].Class, Severity.Error, tree.Table, row, numbers[i].Column.Name,
                        $"{has[i]}", $"{should[i]}");
    }
}
