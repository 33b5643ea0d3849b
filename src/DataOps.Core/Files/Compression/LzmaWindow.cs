namespace DataOps.Core.Files.Compression;

/// <summary>The last bytes that LZMA has written, to which matches refer.</summary>
internal sealed class LzmaWindow(int size)
{
    private const int Least = 1 << 16;

    // Short data need no large window, whatever their header says.
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(Math.Min(size, Least));
    private int _next;
    private long _filled;

    /// <summary>Bytes written since the last reset.</summary>
    public long Written => _filled;

    /// <summary>Room up to the end of the window, where it starts over.</summary>
    public int Room => _bytes.Length - _next;

    /// <summary>Forgets what was written.</summary>
    public void Reset() => _filled = 0;

    /// <summary>Adds a byte.</summary>
    public void Add(byte value)
    {
        _bytes[_next++] = value;
        _filled++;
    }

    /// <summary>The byte that stands so far back; 0 is the last one.</summary>
    public byte Back(uint distance)
    {
        Require(distance);
        int place = _next - 1 - (int)distance;
        return _bytes[place < 0 ? place + _bytes.Length : place];
    }

    /// <summary>Adds bytes that stand so far back; what it adds may be among them.</summary>
    public void Repeat(uint distance, int length)
    {
        Require(distance);
        int from = _next - 1 - (int)distance;
        if (from < 0)
            from += _bytes.Length;
        byte[] bytes = _bytes;
        for (int i = 0; i < length; i++)
        {
            bytes[_next++] = bytes[from++];
            if (from == bytes.Length)
                from = 0;
        }
        _filled += length;
    }

    /// <summary>Adds bytes from the input as they are.</summary>
    public void Copy(BufferedInput input, int length)
    {
        input.Take(_bytes.AsSpan(_next, length));
        _next += length;
        _filled += length;
    }

    /// <summary>The bytes that were written last; at its end the window grows, or starts over when it has its size.</summary>
    public void Take(Span<byte> target)
    {
        _bytes.AsSpan(_next - target.Length, target.Length).CopyTo(target);
        if (_next < _bytes.Length)
            return;
        if (_bytes.Length < size)
            Array.Resize(ref _bytes, (int)Math.Min(2L * _bytes.Length, size));
        else
            _next = 0;
    }

    private void Require(uint distance)
    {
        if (distance >= _filled || distance >= _bytes.Length)
            throw new InvalidDataException("The LZMA data are damaged.");
    }
}
