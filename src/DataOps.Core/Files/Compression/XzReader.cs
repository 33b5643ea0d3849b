using System.Buffers.Binary;

namespace DataOps.Core.Files.Compression;

/// <summary>Reads xz: streams of blocks of LZMA2, each with a checksum, and an index behind them.</summary>
/// <remarks>Written for this project: no maintained managed library reads the format in a stream and notices that it is incomplete.</remarks>
internal sealed class XzReader(Stream stream) : ReadStream
{
    private const int FooterLength = 12;

    private readonly BufferedInput _input = new(stream);
    private readonly List<(long Unpadded, long Uncompressed)> _blocks = [];
    private byte[] _flags = [];
    private XzBlock? _block;
    private bool _started;
    private bool _ended;

    private static ReadOnlySpan<byte> Magic => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    /// <summary>Whether a file that starts so is an xz file.</summary>
    public static bool Starts(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data are damaged, incomplete, or followed by something else.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!_ended && !buffer.IsEmpty)
        {
            if (!_started)
                StartStream();
            _block ??= NextBlock();
            if (_block is null)
            {
                EndStream();
                continue;
            }
            int read = _block.Read(buffer);
            if (read > 0)
                return read;
            _blocks.Add(_block.Sizes);
            _block = null;
        }
        return 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }

    private void StartStream()
    {
        byte[] header = new byte[FooterLength];
        _input.Take(header);
        _flags = header[6..8];
        if (!Starts(header) || Crc.Of(_flags) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8)) || _flags[0] != 0 || _flags[1] > 15)
            throw Damaged();
        _blocks.Clear();
        _started = true;
    }

    // A header starts with its size in words; 0 is the index instead.
    private XzBlock? NextBlock() => _input.Peek(1) is [0] ? null : new XzBlock(_input, _flags[1]);

    private void EndStream()
    {
        using MemoryStream index = new();
        Add(index, 1);
        bool matches = Number(index) == _blocks.Count;
        foreach ((long unpadded, long uncompressed) in _blocks)
            matches = matches && Number(index) == unpadded && Number(index) == uncompressed;
        if (matches)
            Add(index, (int)(-index.Length & 3));
        Span<byte> crc = stackalloc byte[4];
        _input.Take(crc);
        if (!matches || Crc.Of(index.ToArray()) != BinaryPrimitives.ReadUInt32LittleEndian(crc))
            throw Damaged();
        EndFooter(index.Length + crc.Length);
    }

    private void EndFooter(long indexLength)
    {
        byte[] footer = new byte[FooterLength];
        _input.Take(footer);
        bool isWhole = footer.AsSpan(10).SequenceEqual("YZ"u8)
            && Crc.Of(footer.AsSpan(4, 6)) == BinaryPrimitives.ReadUInt32LittleEndian(footer)
            && (BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(4)) + 1L) * 4 == indexLength
            && footer.AsSpan(8, 2).SequenceEqual(_flags);
        if (!isWhole)
            throw Damaged();
        // Zeros may stand between two streams and at the end, in words.
        while (_input.Peek(4) is [0, 0, 0, 0])
            _input.Take(footer.AsSpan(0, 4));
        _started = false;
        _ended = _input.Peek(1).IsEmpty;
    }

    private long Number(MemoryStream index)
    {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            byte next = Add(index, 1);
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw Damaged();
    }

    private byte Add(MemoryStream index, int count)
    {
        byte last = 0;
        for (; count > 0; count--)
            index.WriteByte(last = _input.Next());
        return last;
    }

    private static InvalidDataException Damaged() => new("The xz data are damaged or incomplete, or something else follows them.");
}
