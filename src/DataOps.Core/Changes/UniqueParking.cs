using Npgsql;

namespace DataOps.Core.Changes;

/// <summary>
/// Makes room for updates in which rows swap or rotate unique values: whoever has what another is about to take is
/// parked on a free value.
/// </summary>
/// <remarks>
/// PostgreSQL checks each row of an update at once. Deferrable constraints need none of this while they are deferred,
/// and are left alone.
/// </remarks>
/// <param name="session">The session, in the transaction of the update, with its rows locked.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed class UniqueParking(Session session, CancellationToken cancellation)
{
    private static readonly SqlText s_savepoint = $"dataops_parking";
    private static readonly SqlText s_parked = TemporaryTable.Named("dataops_parked");

    private readonly string _token = Guid.NewGuid().ToString("N")[..12];

    /// <summary>Parks what has to be parked, and returns the number of rows.</summary>
    /// <param name="table">The table that will be updated.</param>
    /// <param name="relation">The relation with the new values, its columns named as the target's, without alias; a
    /// query in parentheses will do.</param>
    /// <param name="columns">The columns that the update sets: all that are parked are among them.</param>
    /// <param name="condition">What joins a row of the target, t, to its new values, s; on the key, as that is never
    /// parked.</param>
    /// <exception cref="DataOpsException"><c>ParkingFailed</c>: no column can be parked, and which constraint is in the
    /// way.</exception>
    public long Park(Table table, SqlText relation, IReadOnlyCollection<string> columns, SqlText condition)
    {
        long parked = 0;
        IndexDefinition[] indexes = [.. table.UniqueIndexes];
        HashSet<string> fixedColumns = [.. indexes.Where(i => i.IsPrimary).SelectMany(i => i.Columns)];
        foreach (IndexDefinition index in indexes.Where(
            i => i is { IsPrimary: false, IsImmediate: true } && i.Columns.Any(columns.Contains)))
        {
            ParkingQuery query = new(table, relation, columns.ToHashSet(), condition, index);
            if (Count(query) > 0)
                parked += Park(query, [.. Ways(table, relation, index, columns.Where(c => !fixedColumns.Contains(c)))]);
        }
        return parked;
    }

    private long Park(ParkingQuery query, IReadOnlyList<ParkingValue> ways)
    {
        DataOpsException? refusal = null;
        foreach (ParkingValue way in ways)
        {
            session.Run($"savepoint {s_savepoint}", cancellation);
            try
            {
                TemporaryTable.Create(session, s_parked, query.Parked(way), cancellation);
                long parked = session.RunAsApplication($"""
                    update {query.Table} t set {way.Column} = s._value from {s_parked} s
                    where t.tableoid operator(pg_catalog.=) s._table and t.ctid operator(pg_catalog.=) s._place
                    """, cancellation);
                session.Run($"drop table {s_parked}", cancellation);
                if (Count(query) == 0)
                {
                    session.Run($"release savepoint {s_savepoint}", cancellation);
                    return parked;
                }
            }
            catch (DataOpsException e)
                when (e.InnerException is PostgresException { SqlState: { } state } && state[..2] is "22" or "23")
            {
                refusal = e;
            }
            session.Run($"rollback to savepoint {s_savepoint}", cancellation);
        }
        string because = refusal?.InnerException is PostgresException cause
            ? $": {cause.ConstraintName ?? cause.ColumnName ?? "the server"} refuses every value that they could " +
                $"have meanwhile ({cause.MessageText})"
            : ": none of its columns can hold another value meanwhile";
        throw new DataOpsException(
            ErrorIds.ParkingFailed, FailureKind.InvalidOperation,
            $"Rows of {query.Table.DisplayName} exchange their values in the unique index {query.Index.Name}{because}.",
            "Make the constraint deferrable, or load the rows in two steps.", query.Table.DisplayName, refusal);
    }

    // A column that refers to others comes last: even a check that can wait would have to be made.
    private IEnumerable<ParkingValue> Ways(
        Table table, SqlText relation, IndexDefinition index, IEnumerable<string> columns)
    {
        ForeignKey[] references = [.. table.ForeignKeys.Where(f => f.IsEnforced)];
        return columns.Where(index.Columns.Contains)
            .Select(c => table.Find(c)!)
            .Where(c => c.Source is not (ColumnSource.Generated or ColumnSource.IdentityAlways))
            .SelectMany(c => ParkingValue.For(table, relation, c, isNullFree: !index.NullsClash, _token))
            .Select(w => (Way: w, References: references.Where(f => f.Columns.Contains(w.Column.Name)).ToArray()))
            .Where(w => w.Way.IsNull || w.References.All(f => f.IsDeferrable))
            .OrderBy(w => w.References.Length > 0 ? 2 : 0)
            .ThenBy(w => w.Way.IsNull ? 0 : 1)
            .Select(w => w.Way);
    }

    private long Count(ParkingQuery query) => session.Query<long>(query.Count, cancellation)[0];
}
