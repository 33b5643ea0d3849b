namespace DataOps.Core.Files;

/// <summary>A stream that is written to, and counted.</summary>
internal sealed class CountingStream(Stream stream) : WriteStream
{
    /// <summary>Bytes written.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        stream.Write(buffer);
        Count += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Flush() => stream.Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            stream.Dispose();
        base.Dispose(disposing);
    }
}
