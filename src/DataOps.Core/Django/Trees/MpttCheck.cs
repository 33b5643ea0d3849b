using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

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
            (TreeProblem.TreeId, tree.TreeId!, "tree_id"), (TreeProblem.Level, tree.Depth!, "level"), (TreeProblem.Left, tree.Left!, "lft"),
            (TreeProblem.Right, tree.Right!, "rght"),
        ];
        string key = SqlText.Identifier(tree.Parent!.TargetColumns[0].Name);
        string present = string.Join(", ", numbers.Select(n => $"c.{SqlText.Identifier(n.Column.Name)}::int8"));
        string expected = string.Join(", ", numbers.Select(n => $"e.{n.Expected}"));
        string sql = $"""
            select {tree.Key("c")}, array[{present}], array[{expected}]
            from {tree.Table.Sql} c join ({MpttNumbers.Query(tree, tree.Table.Sql)}) e on e.key = c.{key}
            where array[{present}] <> array[{expected}] order by e.tree_id, e.lft
            """;
        foreach ((string row, long[] has, long[] should) in session.Stream(
            sql, r => (r.GetString(0), r.GetFieldValue<long[]>(1), r.GetFieldValue<long[]>(2)), cancellation))
            for (int i = 0; i < numbers.Length; i++)
                if (has[i] != should[i])
                    yield return new Problem(numbers[i].Class, Severity.Error, tree.Table, row, numbers[i].Column.Name, $"{has[i]}", $"{should[i]}");
    }
}
