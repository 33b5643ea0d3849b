using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Gives rows of the file another unique text where a row of the database holds theirs: with -2 behind it, or -3, and so on.</summary>
/// <param name="session">The session.</param>
/// <param name="table">The rows.</param>
/// <param name="unique">The columns that are unique together.</param>
/// <param name="cancellation">Cancels the query.</param>
internal sealed class UniqueSuffix(Session session, StagingTable table, IReadOnlyList<StagingColumn> unique, CancellationToken cancellation)
{
    private const int Most = 1000;

    /// <summary>Does it, where one of the columns is a text.</summary>
    /// <param name="held">The rows, s, whose values another row holds, from "from" on.</param>
    public void Add(string held)
    {
        if (unique.LastOrDefault(c => IsText(c)) is not { } column)
            return;
        string name = $"pg_temp.dataops_suffixed_{table.Model.Table.Oid}";
        session.Execute($"drop table if exists {name}; create temporary table {name} (_row bigint primary key, original text) on commit drop", cancellation);
        string same = string.Join(" and ", unique.Select(c => $"o.{c.Sql} = s.{c.Sql}"));
        string clashing = $"""
            select s._row {held}
            union select s._row from {table.Name} s join {name} x on x._row = s._row
            where exists (
              select 1 from {table.Name} o where {same} and o._row <> s._row
              and (o._row < s._row or not exists (select 1 from {name} y where y._row = o._row)))
            """;
        for (int number = 2; number < Most; number++)
        {
            string suffix = $"-{number}";
            string room = column.Column.Length is { } length ? $"left(x.original, {length - suffix.Length})" : "x.original";
            session.Execute($"""
                insert into {name} select r._row, r.{column.Sql}::text from {table.Buffer.Table} r where r._row in ({clashing}) on conflict do nothing
                """, cancellation);
            int given = session.Execute($"""
                update {table.Buffer.Table} r set {column.Sql} = {room} || {SqlText.Literal(suffix)}
                from {name} x where x._row = r._row and r._row in ({clashing})
                """, cancellation);
            if (given == 0)
                return;
        }
    }

    private bool IsText(StagingColumn column) =>
        column.Reference is null && !table.Keys.Contains(column) && column.Column.Type.Underlying.Name is "varchar" or "text" or "citext";
}
