using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Gives keys to rows that have none.</summary>
internal static class GeneratedKeys
{
    /// <summary>Fills in the pk of a table of identities where it is NULL.</summary>
    /// <param name="session">The session.</param>
    /// <param name="table">The rows' table.</param>
    /// <param name="identities">The temporary table: _row, pk.</param>
    /// <param name="reserve">Take them from the sequence, so that nobody else gets them; else use those that would come next.</param>
    /// <param name="cancellation">Cancels the query.</param>
    /// <exception cref="DataOpsException">The table makes no keys.</exception>
    public static void Give(Session session, StagingTable table, string identities, bool reserve, CancellationToken cancellation)
    {
        long needed = session.List<long>($"select count(*) from {identities} where pk is null", null, cancellation)[0];
        if (needed == 0)
            return;
        Column key = table.Keys[0].Column;
        string expression = key switch
        {
            { Sequence: { } sequence } => reserve ? Reserve(session, table, sequence, cancellation) : Next(table, sequence),
            { Type.Underlying.Name: "uuid" } => "gen_random_uuid()",
            { Default: { } made } => made,
            _ => throw new DataOpsException(
                "MissingKey", FailureKind.InvalidData, $"{needed} objects of {table.Model.Label} have no key, and the database makes none for them.",
                "Export with plain keys.", table.Model.Label),
        };
        session.Execute($"""
            update {identities} i set pk = n.pk
            from (
              select _row, {expression} as pk
              from (select _row, row_number() over (order by _row) as number from {identities} where pk is null) x order by number) n
            where n._row = i._row
            """, cancellation);
    }

    // The sequence may be behind the table or the file; what nextval() gives then is nobody else's.
    private static string Reserve(Session session, StagingTable table, string sequence, CancellationToken cancellation)
    {
        session.Execute($"select setval({SqlText.Literal(sequence)}::regclass, {Most(table)}) from {sequence} q", cancellation);
        return $"nextval({SqlText.Literal(sequence)}::regclass)";
    }

    private static string Next(StagingTable table, string sequence) => $"(select {Most(table)} from {sequence} q) + number";

    private static string Most(StagingTable table)
    {
        string key = table.Keys[0].Sql;
        return $"greatest(q.last_value, (select max(t.{key}) from {table.Model.Table.Sql} t), (select max(r.{key}) from {table.Buffer.Table} r))";
    }
}
