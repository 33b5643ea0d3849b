using System.IO.Compression;
using System.Security.Cryptography;

namespace DataOps.Core.Files.Compression;

/// <summary>Reads gzip to its very end: what is cut off, or followed by anything else, is an error.</summary>
/// <remarks>
/// .NET's own stream takes the end of the file for the end of the data. So a member of our own is put behind the file,
/// which comes out last if all before it was whole.
/// What a member that was cut off makes of our member's bytes must not get out: the last bytes wait until it is known.
/// </remarks>
internal sealed class GzipReader : ReadStream
{
    private const int MarkLength = 32;

    // More than inflate can make of the mark's few bytes, even at two bits for 258 of them.
    private const int Withheld = 1 << 17;

    private readonly GZipStream _gzip;
    private readonly byte[] _mark = RandomNumberGenerator.GetBytes(MarkLength);
    private readonly byte[] _buffer = new byte[Withheld * 2];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Reads a stream, which is disposed with this.</summary>
    public GzipReader(Stream stream)
    {
        using MemoryStream mark = new();
        using (GZipStream gzip = new(mark, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(_mark);
        _gzip = new GZipStream(new MarkedStream(stream, mark.ToArray()), CompressionMode.Decompress);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data are damaged, incomplete, or followed by something
    /// else.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!_ended && _end - _start <= Withheld)
            Fill();
        int taken = Math.Min(buffer.Length, _ended ? _end - _start : _end - _start - Withheld);
        _buffer.AsSpan(_start, taken).CopyTo(buffer);
        _start += taken;
        return taken;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _gzip.Dispose();
        base.Dispose(disposing);
    }

    private void Fill()
    {
        if (_start > 0)
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        int read = _gzip.Read(_buffer.AsSpan(_end));
        _end += read;
        if (read > 0)
            return;
        if (!_buffer.AsSpan(0, _end).EndsWith(_mark))
            throw new InvalidDataException("The compressed data end too early, or something else follows them.");
        (_end, _ended) = (_end - MarkLength, true);
    }

    /// <summary>A stream with our member behind it.</summary>
    private sealed class MarkedStream(Stream stream, ReadOnlyMemory<byte> mark) : ReadStream
    {
        private ReadOnlyMemory<byte> _mark = mark;

        public override int Read(Span<byte> buffer)
        {
            int read = stream.Read(buffer);
            if (read > 0 || buffer.IsEmpty)
                return read;
            read = Math.Min(_mark.Length, buffer.Length);
            _mark.Span[..read].CopyTo(buffer);
            _mark = _mark[read..];
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
