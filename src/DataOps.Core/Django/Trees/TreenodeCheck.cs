namespace DataOps.Core.Django.Trees;

/// <summary>Checks the columns that django-treenode derives from the parents (tn_*).</summary>
internal static class TreenodeCheck
{
    // What should stand in each, of the relation w; of a list the order is the application's own.
    private static readonly (string Column, SqlText Expected)[] s_counts =
    [
        ("tn_ancestors_count", $"cardinality(w.ancestors)"), ("tn_level", $"cardinality(w.ancestors) + 1"),
        ("tn_children_count", $"cardinality(w.children)"), ("tn_descendants_count", $"cardinality(w.descendants)"),
        ("tn_siblings_count", $"cardinality(w.siblings)"),
    ];

    private static readonly (string Column, SqlText Expected)[] s_lists =
    [
        ("tn_ancestors_pks", $"w.ancestors"), ("tn_children_pks", $"w.children"),
        ("tn_descendants_pks", $"w.descendants"), ("tn_siblings_pks", $"w.siblings"),
    ];

    /// <summary>The problems, in the order of the keys; none of what no root leads to.</summary>
    public static IEnumerable<Problem> Find(Session session, Tree tree, CancellationToken cancellation)
    {
        if (tree.Parent is not { Column.Name: "tn_parent_id" } parent)
            return [];
        (string Column, SqlText Has, SqlText Expected)[] columns =
        [
            .. s_counts.Where(c => tree.Table.Find(c.Column) is not null).Select(
                c => (c.Column, (SqlText)$"c.{SqlText.Identifier(c.Column)}::text", (SqlText)$"({c.Expected})::text")),
            .. s_lists.Where(c => tree.Table.Find(c.Column) is not null).Select(c => (c.Column,
                Sorted($"string_to_array(nullif(c.{SqlText.Identifier(c.Column)}, ''), ',')"), Sorted(c.Expected))),
        ];
        if (columns.Length == 0)
            return [];
        IEnumerable<SqlText> wrong = columns.Select(c => (SqlText)$"{c.Has} is distinct from {c.Expected}");
        return session.Read(
            $"""
            with recursive t as (
              select c.{parent.TargetColumns[0]}::text as key, null::text as up, array[]::text[] as ancestors
              from {tree.Table} c where c.{parent.Column} is null
              union all
              select c.{parent.TargetColumns[0]}::text, t.key, t.ancestors || t.key
              from {tree.Table} c join t on c.{parent.Column}::text = t.key),
            below as (select a.key, array_agg(t.key) as keys from t cross join unnest(t.ancestors) a (key) group by 1),
            beside as (select t.up, array_agg(t.key) as keys from t group by 1),
            w as (
              select t.key, t.ancestors, coalesce(d.keys, '{EmptyArray}') as descendants,
                     coalesce(n.keys, '{EmptyArray}') as children, array_remove(s.keys, t.key) as siblings
              from t left join below d on d.key = t.key left join beside n on n.up = t.key
              join beside s on s.up is not distinct from t.up)
            select {tree.Key("c")}, array[{columns.Select(c => c.Has)}], array[{columns.Select(c => c.Expected)}]
            from {tree.Table} c join w on w.key = c.{parent.TargetColumns[0]}::text
            where {SqlText.Join(" or ", wrong)} order by c.{parent.TargetColumns[0]}
            """,
            r => (Key: r.GetString(0), Has: r.GetFieldValue<string?[]>(1), Expected: r.GetFieldValue<string?[]>(2)),
            cancellation).SelectMany(r => columns.Select((c, i) => (c.Column, Has: r.Has[i], Expected: r.Expected[i]))
                .Where(c => c.Has != c.Expected)
                .Select(c => new Problem(
                    TreeProblem.Derived, Severity.Error, tree.Table, r.Key, c.Column, c.Has ?? "", c.Expected ?? "",
                    "update_tree() of the model counts it anew")));
    }

    private static SqlText EmptyArray => SqlText.Raw("{}");

    private static SqlText Sorted(SqlText array) =>
        $"(select coalesce(string_agg(x.key, ',' order by length(x.key), x.key), '') from unnest({array}) x (key))";
}
