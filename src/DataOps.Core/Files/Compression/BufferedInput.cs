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

    /// <summary>The next byte, which has to be there.</summary>
    /// <exception cref="InvalidDataException">The stream is at its end.</exception>
    public byte Next()
    {
        if (_next == _end && !Fill())
            throw new InvalidDataException("The compressed data end too early.");
        return _buffer[_next++];
    }

    /// <summary>The next bytes, without taking them: fewer at the end of the stream.</summary>
    public ReadOnlySpan<byte> Peek(int length)
    {
        while (_end - _next < length && Fill())
            continue;
        return _buffer.AsSpan(_next, Math.Min(length, _end - _next));
    }

    /// <summary>Takes so many bytes, all of which have to be there.</summary>
    /// <exception cref="InvalidDataException">The stream ends before.</exception>
    public void Take(Span<byte> target)
    {
        for (int read; !target.IsEmpty; target = target[read..])
        {
            read = Read(target);
            if (read == 0)
                throw new InvalidDataException("The compressed data end too early.");
        }
    }

    /// <inheritdoc/>
    public override int ReadByte() => _next < _end || Fill() ? _buffer[_next++] : -1;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_next == _end && !Fill())
            return 0;
        int taken = Math.Min(buffer.Length, _end - _next);
        _buffer.AsSpan(_next, taken).CopyTo(buffer);
        _next += taken;
        return taken;
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
