using System.Buffers.Binary;

namespace DataOps.Core.Files.Compression;

/// <summary>Reads the old format of LZMA alone, which Django writes for <c>.lzma</c>: it has neither a mark at its start nor a checksum.</summary>
internal sealed class LzmaReader : ReadStream
{
    /// <summary>The largest dictionary, which is memory; xz makes none larger than 64 MB unless told so.</summary>
    public const uint LargestDictionary = 1 << 28;

    private const int HeaderLength = 13;
    private const int SmallestDictionary = 1 << 12;

    private readonly BufferedInput _input;
    private readonly RangeDecoder _range;
    private readonly LzmaWindow _window;
    private readonly LzmaDecoder _lzma;
    private long? _left;
    private bool _ended;

    /// <summary>Reads a stream, which is disposed with this.</summary>
    /// <exception cref="InvalidDataException">No LZMA starts so.</exception>
    public LzmaReader(Stream stream)
    {
        _input = new BufferedInput(stream);
        Span<byte> header = stackalloc byte[HeaderLength];
        _input.Take(header);
        uint dictionary = BinaryPrimitives.ReadUInt32LittleEndian(header[1..]);
        long length = BinaryPrimitives.ReadInt64LittleEndian(header[5..]);
        if (length < -1 || dictionary > LargestDictionary)
            throw new InvalidDataException("The file is no LZMA file, or needs a dictionary of more than 256 MB.");
        _left = length < 0 ? null : length;
        (_range, _window) = (new RangeDecoder(_input), new LzmaWindow(Math.Max((int)dictionary, SmallestDictionary)));
        _lzma = new LzmaDecoder(_range, _window);
        _lzma.SetProperties(header[0]);
        _range.Start();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data are damaged, incomplete, or followed by something else.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_ended || buffer.IsEmpty)
            return 0;
        int count = (int)Math.Min(Math.Min(buffer.Length, _left ?? long.MaxValue), _window.Room);
        int read = _lzma.Decode(count);
        _window.Take(buffer[..read]);
        _left -= read;
        if (_left == 0 || read < count)
            End();
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }

    // A file that says its length may have the end's mark all the same.
    private void End()
    {
        _ended = true;
        bool isWhole = _lzma.SawEnd ? _left is null or 0 : _left == 0 && !_lzma.IsInMatch && (_input.Peek(1).IsEmpty || _lzma.DecodeEnd());
        if (!isWhole || !_range.IsFinished || !_input.Peek(1).IsEmpty)
            throw new InvalidDataException("The LZMA data are damaged, or something else follows them.");
    }
}
