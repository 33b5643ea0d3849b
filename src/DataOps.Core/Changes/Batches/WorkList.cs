namespace DataOps.Core.Changes.Batches;

/// <summary>
/// What a run in batches has to work on: the keys of its rows, found once and numbered, in a temporary table that
/// outlives the transactions.
/// </summary>
internal sealed class WorkList : IDisposable
{
    private static readonly SqlText s_name = TemporaryTable.Named("dataops_work");

    private readonly Session _session;
    private readonly Queue<(long First, long Last)> _again = [];
    private long _next = 1;

    /// <summary>Makes the list.</summary>
    /// <param name="session">The session, in no transaction.</param>
    /// <param name="keys">A query of the keys, whatever their columns.</param>
    /// <param name="cancellation">Cancels the query.</param>
    public WorkList(Session session, SqlText keys, CancellationToken cancellation)
    {
        _session = session;
        Drop();
        TemporaryTable.Create(session, s_name, $"select row_number() over () as _number, x.* from ({keys}) x",
            cancellation, outlives: true);
        session.Run($"create unique index on {s_name} (_number)", cancellation);
        Count = session.Query<long>($"select count(*) from {s_name}", cancellation)[0];
    }

    /// <summary>Rows in it.</summary>
    public long Count { get; }

    /// <summary>
    /// The numbers of the next rows, those that were put back when all others are done; null when there are none.
    /// </summary>
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
    public static SqlText Rows((long First, long Last) numbers) =>
        $"(select * from {s_name} where _number between {numbers.First} and {numbers.Last})";

    /// <inheritdoc/>
    public void Dispose()
    {
        // With the connection the table is gone too.
        if (_session.Connection.FullState.HasFlag(System.Data.ConnectionState.Open))
            Drop();
    }

    private void Drop() => _session.Run($"drop table if exists {s_name}");
}
