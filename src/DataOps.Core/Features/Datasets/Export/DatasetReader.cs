using System.Collections.Concurrent;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>
/// Reads slices over one or several connections at the same time, and hands their objects on in the slices' order.
/// </summary>
/// <remarks>
/// What waits for its turn is in memory: of a slice more than there are connections, about <see cref="Waiting"/> bytes
/// each, or one row that is larger. The first slice that is not handed on is always being read, so none waits for ever.
/// </remarks>
/// <param name="sessions">The connections, in transactions that see the same.</param>
/// <param name="columnsOf">Makes what reads and writes a slice's rows; called by one thread at a time.</param>
/// <param name="layout">How objects are laid out.</param>
/// <param name="missing">Hears of rows that were found to have no target; null where none is looked up.</param>
internal sealed class DatasetReader(
    IReadOnlyList<Session> sessions, Func<DatasetSlice, ModelColumns> columnsOf, DatasetLayout layout,
    MissingReferences? missing)
{
    private const int ChunkSize = 1 << 19;
    private const int Waiting = 16 * ChunkSize;

    private readonly ConcurrentBag<Utf8Output> _free = [];
    private readonly object _one = new();

    /// <summary>Reads them.</summary>
    /// <param name="slices">The slices.</param>
    /// <param name="take">Takes a chunk, on the caller's thread.</param>
    /// <param name="cancellation">Ends the queries on the server.</param>
    /// <exception cref="DataOpsException">A query failed, or a connection was lost.</exception>
    public void Read(IReadOnlyList<DatasetSlice> slices, Action<DatasetChunk> take, CancellationToken cancellation)
    {
        ChunkQueue[] chunks = [.. slices.Select(_ => new ChunkQueue(Waiting, ChunkSize))];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using SemaphoreSlim ahead = new(sessions.Count + 1);
        ConcurrentQueue<Session> free = new(sessions);
        int taken = 0;
        Task all = ParallelWork.Start(sessions.Count, stop, () =>
        {
            free.TryDequeue(out Session? session);
            while (true)
            {
                ahead.Wait(stop.Token);
                ModelColumns columns;
                int slice;
                lock (_one)
                {
                    if ((slice = taken++) >= slices.Count)
                        return;
                    columns = columnsOf(slices[slice]);
                }
                Read(session!, columns, chunks[slice], stop.Token);
                chunks[slice].End();
            }
        });
        try
        {
            foreach (ChunkQueue slice in chunks)
            {
                foreach (DatasetChunk chunk in slice.Take(stop.Token))
                {
                    take(chunk);
                    chunk.Text.Clear();
                    _free.Add(chunk.Text);
                }
                ahead.Release();
            }
        }
        catch
        {
            stop.Cancel();
            throw;
        }
        finally
        {
            ParallelWork.End(all, cancellation);
            foreach (ChunkQueue slice in chunks)
                slice.Dispose();
        }
    }

    private void Read(Session session, ModelColumns columns, ChunkQueue chunks, CancellationToken cancellation)
    {
        try
        {
            using CopyReader rows = new(session.Connection, columns.Query, cancellation);
            Utf8Output text = Free();
            int count = 0;
            while (rows.Read())
            {
                Write(columns, rows, text);
                count++;
                if (text.Position < ChunkSize)
                    continue;
                chunks.Add(new(columns.Label, text, count), cancellation);
                (text, count) = (Free(), 0);
            }
            chunks.Add(new(columns.Label, text, count), cancellation);
        }
        catch (Exception e) when (PostgresFailure.Translate(e, session.Settings, cancellation) is { } failure)
        {
            throw failure;
        }
    }

    private Utf8Output Free() => _free.TryTake(out Utf8Output? text) ? text : new();

    private void Write(ModelColumns columns, CopyReader row, Utf8Output text)
    {
        text.WriteText(layout.Between);
        text.Write(columns.Opening);
        columns.WriteKey(row, text);
        text.Write(columns.BeforeFields);
        for (int i = 0; i < columns.Values.Count; i++)
            columns.Values[i].Write(row, text);
        text.Write(columns.Closing);
        if (columns.MissesAny(row))
            lock (_one)
                foreach ((TargetReference reference, string key, string value) in columns.Missing(row))
                    missing!.Add(reference, key, value);
    }
}
