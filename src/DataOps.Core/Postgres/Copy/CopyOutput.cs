using System.Diagnostics;
using Npgsql;

namespace DataOps.Core.Postgres.Copy;

/// <summary>What COPY sends, read in as few wakings as there can be.</summary>
/// <remarks>
/// The server sends 8 kB at a time, and waking a thread for each costs more than to read them. Where a read of a long
/// COPY had to wait, so that the server is the slower side, the next one lets more arrive first; the server does not
/// wait, as the socket has room for what it sends meanwhile.
/// </remarks>
/// <param name="stream">The stream of Npgsql.</param>
internal sealed class CopyOutput(NpgsqlRawCopyStream stream) : ReadStream
{
    private const long Long = 1 << 20;
    private static readonly long s_waited = Stopwatch.Frequency / 50_000;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    private long _read;
    private bool _hasWaited;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_read < Long)
        {
            int few = stream.Read(buffer);
            _read += few;
            return few;
        }
        if (_hasWaited)
            Thread.Sleep(s_pause);
        long start = Stopwatch.GetTimestamp();
        int read = stream.Read(buffer);
        _hasWaited = Stopwatch.GetTimestamp() - start > s_waited;
        return read;
    }

    /// <summary>Ends the query on the server.</summary>
    public void Cancel() => stream.Cancel();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            stream.Dispose();
        base.Dispose(disposing);
    }
}
