namespace DataOps.Core.Django.Trees;

/// <summary>The numbers that follow from the parents in a tree of django-mptt.</summary>
internal static class MpttNumbers
{
    /// <summary>
    /// A query of key, lft, rght, tree_id and level as they should be, for all rows that a root leads to. Siblings keep
    /// their present order, and a tree its number, unless another has it as well.
    /// </summary>
    /// <param name="tree">The tree.</param>
    /// <param name="relation">The table, or another relation that has its columns.</param>
    /// <param name="renumbers">Whether trees are numbered from 1 without gaps, as mptt's own rebuild does.</param>
    public static SqlText Query(Tree tree, SqlText relation, bool renumbers = false)
    {
        Column key = tree.Parent!.TargetColumns[0];
        Column up = tree.Parent.Column;
        Column treeId = tree.TreeId!;
        Column left = tree.Left!;
        SqlText order = $"c.{treeId}, c.{left}, c.{key}";
        SqlText number = renumbers
            ? (SqlText)$"row_number() over (order by {order})"
            : (SqlText)$"""
                case when x.same = 1 then x.tree
                     else x.most + row_number() over (partition by x.same = 1 order by x.ord) end
                """;
        SqlText roots = renumbers
            ? (SqlText)$"""
                select c.{key} as key, row_number() over (order by {order}) as ord, {number} as tree
                from {relation} c where c.{up} is null
                """
            : (SqlText)$"""
                select x.key, x.ord, {number} as tree from (
                  select c.{key} as key, row_number() over (order by {order}) as ord, c.{treeId}::int8 as tree,
                         row_number() over (partition by c.{treeId} order by c.{left}, c.{key}) as same,
                         (select max({treeId})::int8 from {relation} m) as most
                  from {relation} c where c.{up} is null) x
                """;
        return $"""
            with recursive roots as ({roots}),
            t as (
              select key, array[ord] as ord, 0::int8 as lvl, tree from roots
              union all
              select c.key, t.ord || c.ord, t.lvl + 1, t.tree
              from (select c.{key} as key, c.{up} as up, row_number() over (partition by c.{up} order by {order}) as ord
                    from {relation} c where c.{up} is not null) c
              join t on c.up = t.key),
            n as (select key, tree, lvl, ord, row_number() over (partition by tree order by ord) as pos from t),
            s as (
              select n.ord[1:k] as pre, count(*) as size from n, generate_series(1, cardinality(n.ord)) k group by 1)
            select n.key, 2 * n.pos - 1 - n.lvl as lft, 2 * n.pos - 1 - n.lvl + 2 * s.size - 1 as rght,
              n.tree as tree_id, n.lvl as level
            from n join s on s.pre = n.ord
            """;
    }
}
