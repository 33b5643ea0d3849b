using System.Collections.Concurrent;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>Objects as text, each with what stands between two of them in front.</summary>
/// <param name="Label">Their model.</param>
/// <param name="Text">The text; whoever made it takes it back for the next one.</param>
/// <param name="Count">How many.</param>
internal sealed record DatasetChunk(string Label, Utf8Output Text, int Count);

/// <summary>
/// Chunks that wait to be written, from one thread to another: together as large as its room, whatever their sizes.
/// </summary>
/// <param name="most">Bytes that wait at most; a chunk that is larger waits alone.</param>
/// <param name="unit">Bytes by which the room is counted.</param>
internal sealed class ChunkQueue(int most, int unit) : IDisposable
{
    private readonly BlockingCollection<DatasetChunk> _chunks = [];
    private readonly SemaphoreSlim _room = new(most / unit);

    /// <summary>Adds a chunk, once there is room for it.</summary>
    public void Add(DatasetChunk chunk, CancellationToken cancellation)
    {
        for (int i = UnitsOf(chunk); i > 0; i--)
            _room.Wait(cancellation);
        _chunks.Add(chunk, cancellation);
    }

    /// <summary>Says that no more come.</summary>
    public void End() => _chunks.CompleteAdding();

    /// <summary>Takes the chunks in their order, as they come; each is done with when the next one is taken.</summary>
    public IEnumerable<DatasetChunk> Take(CancellationToken cancellation)
    {
        foreach (DatasetChunk chunk in _chunks.GetConsumingEnumerable(cancellation))
        {
            int units = UnitsOf(chunk);
            yield return chunk;
            _room.Release(units);
        }
    }

    /// <summary>Frees its handles, once nobody adds or takes.</summary>
    public void Dispose()
    {
        _chunks.Dispose();
        _room.Dispose();
    }

    private int UnitsOf(DatasetChunk chunk) => (int)Math.Clamp(chunk.Text.Position / unit, 1, most / unit);
}
