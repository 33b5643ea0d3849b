namespace DataOps.Core.Django.Trees;

/// <summary>
/// Checks a materialised-path tree that has a parent column as well, as django CMS keeps plugins and pages: both name
/// the same parent.
/// </summary>
internal static class ParentColumnCheck
{
    /// <summary>
    /// The rows of which they do not; none where most do not, as the column then means something else.
    /// </summary>
    /// <remarks>A path that is none, or has no parent, is the other check's.</remarks>
    public static IEnumerable<Problem> Find(
        Session session, Tree tree, PathScheme scheme, CancellationToken cancellation)
    {
        if (tree.ParentBesidePath is not { } parent)
            return [];
        SqlText path = tree.PathOf("c");
        SqlText up = parent.Column.In("c");
        SqlText key = parent.TargetColumns[0].In("p");
        return session.Read(
            $"""
            select m.key, m.has, m.should from (
              select {tree.Key("c")} as key, {path} as path, {up}::text as has, {key}::text as should,
                     {up} is distinct from {key} as is_wrong,
                     2 * count(*) filter (where {up} is distinct from {key}) over () < count(*) over () as is_meant
              from {tree.Table} c left join {tree.Table} p on {tree.PathOf("p")} = {scheme.ParentSql(path)}
              where {scheme.IsPathSql(path)} and (not {scheme.HasParent(path)} or {key} is not null)) m
            where m.is_wrong and m.is_meant order by m.path
            """,
            r => (Key: r.GetString(0), Has: Text(r, 1), Should: Text(r, 2)), cancellation)
            .Select(r => new Problem(
                TreeProblem.Parent, Severity.Error, tree.Table, r.Key, parent.Column.Name, r.Has, null,
                $"by its path it is {(r.Should is null ? "a root" : $"below {r.Should}")}"));
    }

    private static string? Text(Npgsql.NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);
}
