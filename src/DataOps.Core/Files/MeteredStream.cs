using DataOps.Core.Files.Compression;

namespace DataOps.Core.Files;

/// <summary>
/// A stream under a parser of somebody else's, which would take a name or a value of any length into memory: so much
/// may be read between two steps, and no more.
/// </summary>
internal sealed class MeteredStream(Stream stream, int most, CancellationToken cancellation) : ReadStream
{
    private long _since;

    /// <summary>The parser made a step.</summary>
    public void Step() => _since = 0;

    /// <inheritdoc/>
    /// <exception cref="ValueTooLargeException">The parser has read too much without a step.</exception>
    public override int Read(Span<byte> buffer)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_since > most)
            throw new ValueTooLargeException();
        int read = stream.Read(buffer);
        _since += read;
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            stream.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A parser has read too much without a step.</summary>
internal sealed class ValueTooLargeException : Exception;
