using SharpCompress.Compressors.Xz;

namespace DataOps.Core.Files.Compression;

/// <summary>Reads xz: streams of blocks of LZMA2, each with a checksum, and an index behind them.</summary>
/// <remarks>The library's own reader stops after the first of several streams, takes a dictionary of any size, and does
/// not compare the index with what was read, so that it would miss a lost block.</remarks>
internal sealed class XzReader(Stream stream) : PackedReader(stream, "xz")
{
    private const int Lzma2Filter = 0x21;

    private readonly List<(ulong Unpadded, ulong Uncompressed)> _blocks = [];
    private XZHeader? _header;
    private XZBlock? _block;
    private long _start;
    private ulong _length;
    private bool _ended;

    private static ReadOnlySpan<byte> Magic => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    /// <summary>Whether a file that starts so is an xz file.</summary>
    public static bool Starts(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <inheritdoc/>
    protected override int Unpack(Span<byte> buffer)
    {
        while (!_ended)
        {
            if (_header is null)
                Start();
            if (_block is null)
            {
                EndStream();
                continue;
            }
            int read = _block.Read(buffer);
            _length += (ulong)read;
            if (read > 0)
                return read;
            EndBlock();
        }
        return 0;
    }

    /// <inheritdoc/>
    protected override void Start()
    {
        _header = XZHeader.FromStream(Input);
        StartBlock();
    }

    // A header starts with its size in words; 0 is the index instead.
    private void StartBlock()
    {
        _block = null;
        if (Input.Peek(1) is [0])
            return;
        CheckDictionary(DictionarySize(Input.Peek((Input.Peek(1)[0] + 1) * 4)));
        (_start, _length) = (Input.Position, 0);
        _block = new XZBlock(Input, _header!.BlockCheckType, _header.BlockCheckSize);
    }

    private void EndBlock()
    {
        _blocks.Add(((ulong)(Input.Position - _start), _length));
        StartBlock();
    }

    private void EndStream()
    {
        long start = Input.Position;
        XZIndex index = XZIndex.FromStream(Input, indexMarkerAlreadyVerified: false);
        long length = Input.Position - start;
        XZFooter footer = XZFooter.FromStream(Input);
        // A block's length in the index is without its padding.
        if (footer.BackwardSize != length || footer.StreamFlags![1] != (byte)_header!.BlockCheckType
            || !index.Records.Select(r => ((r.UnpaddedSize + 3) & ~3UL, r.UncompressedSize)).SequenceEqual(_blocks))
            throw Damaged();
        // Zeros may stand between two streams and at the end, in words.
        while (Input.Peek(4) is [0, 0, 0, 0])
            Input.ReadExactly(new byte[4]);
        _blocks.Clear();
        _header = null;
        _ended = Input.Peek(1).IsEmpty;
    }

    // 4 KB, 6 KB, 8 KB, 12 KB and so on; it stands behind the number and the length of the one filter.
    private long DictionarySize(ReadOnlySpan<byte> header)
    {
        if (header.Length < 8 || (header[1] & 0x3F) != 0)
            throw new InvalidDataException("The xz file uses a filter besides LZMA2.");
        int place = 2;
        for (int sizes = (header[1] >> 6 & 1) + (header[1] >> 7); sizes > 0; place++)
            sizes -= header[place] < 0x80 ? 1 : 0;
        if (header[place] != Lzma2Filter || header[place + 1] != 1)
            throw new InvalidDataException("The xz file uses a filter besides LZMA2.");
        byte code = header[place + 2];
        return code >= 40 ? long.MaxValue : (2L | (code & 1L)) << (code / 2 + 11);
    }
}
