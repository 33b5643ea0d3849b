namespace DataOps.Core.Files.Compression;

/// <summary>A stream that is read byte by byte, and looked ahead in.</summary>
internal sealed class BufferedInput(Stream stream) : ReadStream
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _next;
    private int _end;
    private long _before;

    /// <summary>Bytes taken so far.</summary>
    public override long Position
    {
        get => _before + _next;
        set => throw new NotSupportedException();
    }

    /// <summary>The next bytes, without taking them: fewer at the end of the stream.</summary>
    public ReadOnlySpan<byte> Peek(int length)
    {
        while (_end - _next < length && Fill())
            continue;
        return _buffer.AsSpan(_next, Math.Min(length, _end - _next));
    }

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The stream is at its end, which only <see cref="Peek"/> may
    /// meet.</exception>
    public override int ReadByte() => _next < _end || Fill() ? _buffer[_next++] : throw new EndOfStreamException();

    /// <inheritdoc/>
    /// <remarks>Fewer bytes than asked for come at the stream's end alone, as the library does not ask again.</remarks>
    /// <exception cref="EndOfStreamException">The stream is at its end, which only <see cref="Peek"/> may
    /// meet.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read = 0;
        while (read < buffer.Length && (_next < _end || Fill()))
        {
            int taken = Math.Min(buffer.Length - read, _end - _next);
            _buffer.AsSpan(_next, taken).CopyTo(buffer[read..]);
            _next += taken;
            read += taken;
        }
        return read > 0 || buffer.IsEmpty ? read : throw new EndOfStreamException();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            stream.Dispose();
        base.Dispose(disposing);
    }

    private bool Fill()
    {
        _buffer.AsSpan(_next, _end - _next).CopyTo(_buffer);
        _before += _next;
        (_next, _end) = (0, _end - _next);
        int read = stream.Read(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }
}
