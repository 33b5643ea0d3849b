using DataOps.Core.Django.Trees;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;
using Npgsql;

namespace DataOps.Core.Django.References;

/// <summary>Nodes of a materialised-path tree whose parent path belongs to no row; the nodes below them have a parent and are not listed.</summary>
internal static class TreeSearch
{
    public static IEnumerable<DanglingReference> In(Session session, Reference reference, CancellationToken cancellation)
    {
        string path = SqlText.Identifier(reference.Column.Name);
        string table = reference.Table.Sql;
        string sql = $"""
            select {OrphanSql.Key(reference.Table, "c")}, c.{path}::text from {table} c
            where length(c.{path}) > $1 and length(c.{path}) % $1 = 0
            and not exists (select 1 from {table} p where p.{path} = left(c.{path}, -$1))
            order by c.{path} collate "C"
            """;
        (int step, _) = PathScheme.FindStep(session, reference.Table, reference.Column, reference.Table.Find("depth")!, cancellation);
        return session.Stream(
            sql,
            row => new DanglingReference(reference, row.GetString(0), row.GetString(1), null, $"no row has the path {row.GetString(1)[..^step]}"),
            cancellation,
            new NpgsqlParameter<int> { TypedValue = step });
    }
}
