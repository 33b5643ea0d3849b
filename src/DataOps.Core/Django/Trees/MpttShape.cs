namespace DataOps.Core.Django.Trees;

/// <summary>Whether columns of a project's own names are a tree of django-mptt's: most rows have to say so.</summary>
internal static class MpttShape
{
    /// <summary>Whether most rows stand inside their parents; true where the role may not look.</summary>
    public static bool Holds(Session session, Tree tree, CancellationToken cancellation)
    {
        if (!session.Query<bool>($"""
            select has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select')
              and not row_security_active(c.oid)
            from pg_class c where c.oid = {tree.Table.Oid}
            """, cancellation)[0])
            return true;
        SqlText isInside = $"""
            {tree.Left!.In("p")} < {tree.Left.In("c")} and {tree.Right!.In("c")} < {tree.Right.In("p")}
            and {tree.TreeId!.In("c")} = {tree.TreeId.In("p")} and {tree.Depth!.In("c")} = {tree.Depth.In("p")} + 1
            """;
        return session.Query<bool>($"""
            select 2 * count(*) filter (where {tree.Left.In("c")} < {tree.Right.In("c")}
                and case when {tree.Parent!.Column.In("c")} is null then {tree.Depth.In("c")} = 0 else {isInside} end)
              >= count(*)
            from {tree.Table} c
            left join {tree.Table} p on {tree.Parent.TargetColumns[0].In("p")} = {tree.Parent.Column.In("c")}
            """, cancellation)[0];
    }
}
