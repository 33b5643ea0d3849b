using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Changes.Batches;

/// <summary>What a run in batches has to work on: the keys of its rows, found once and numbered, in a temporary table that outlives the transactions.</summary>
internal sealed class WorkList : IDisposable
{
    private const string Name = "pg_temp.dataops_work";

    private readonly Session _session;
    private readonly Queue<(long First, long Last)> _again = [];
    private long _next = 1;

    /// <summary>Makes the list.</summary>
    /// <param name="session">The session, in no transaction.</param>
    /// <param name="keys">A query of the keys, whatever their columns.</param>
    /// <param name="cancellation">Cancels the query.</param>
    public WorkList(Session session, string keys, CancellationToken cancellation)
    {
        _session = session;
        Drop();
        session.Execute($"create temp table dataops_work as select row_number() over () as _number, x.* from ({keys}) x", cancellation);
        session.Execute($"create unique index on {Name} (_number)", cancellation);
        session.Execute($"analyze {Name}", cancellation);
        Count = session.List<long>($"select count(*) from {Name}", null, cancellation)[0];
    }

    /// <summary>Rows in it.</summary>
    public long Count { get; }

    /// <summary>The numbers of the next rows, those that were put back when all others are done; null when there are none.</summary>
    public (long First, long Last)? Next(int size)
    {
        if (_next <= Count)
        {
            (long First, long Last) next = (_next, Math.Min(_next + size - 1, Count));
            _next = next.Last + 1;
            return next;
        }
        if (!_again.TryDequeue(out (long First, long Last) again))
            return null;
        if (again.Last - again.First < size)
            return again;
        _again.Enqueue((again.First + size, again.Last));
        return (again.First, again.First + size - 1);
    }

    /// <summary>Puts rows back: somebody was in the way.</summary>
    public void PutBack((long First, long Last) rows) => _again.Enqueue(rows);

    /// <summary>The keys with these numbers, as a relation.</summary>
    public static string Rows((long First, long Last) numbers) => $"(select * from {Name} where _number between {numbers.First} and {numbers.Last})";

    /// <inheritdoc/>
    public void Dispose()
    {
        // With the connection the table is gone too.
        if (_session.Connection.FullState.HasFlag(System.Data.ConnectionState.Open))
            Drop();
    }

    private void Drop() => _session.Execute("drop table if exists " + Name);
}
