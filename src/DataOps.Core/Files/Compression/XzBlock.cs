using System.Buffers.Binary;

namespace DataOps.Core.Files.Compression;

/// <summary>Reads a block of an xz file.</summary>
internal sealed class XzBlock
{
    private const int Lzma2Filter = 0x21;

    private readonly BufferedInput _input;
    private readonly XzCheck _check;
    private readonly Lzma2Decoder _lzma2;
    private readonly long _start;
    private readonly long _headerLength;
    private readonly long? _compressed;
    private readonly long? _uncompressed;
    private long _length;

    /// <summary>Reads the header.</summary>
    /// <exception cref="InvalidDataException">The header is damaged, or asks for what is not supported.</exception>
    public XzBlock(BufferedInput input, int check)
    {
        (_input, _check) = (input, new XzCheck(check));
        byte[] header = new byte[(input.Next() + 1) * 4];
        header[0] = (byte)(header.Length / 4 - 1);
        input.Take(header.AsSpan(1));
        if (Crc.Of(header.AsSpan(0, header.Length - 4)) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(header.Length - 4)))
            throw Damaged();
        int place = 2;
        _compressed = (header[1] & 0x40) != 0 ? Number(header, ref place) : null;
        _uncompressed = (header[1] & 0x80) != 0 ? Number(header, ref place) : null;
        if ((header[1] & 0x3F) != 0 || Number(header, ref place) != Lzma2Filter || Number(header, ref place) != 1 || place >= header.Length - 4)
            throw new InvalidDataException("The xz file uses a filter besides LZMA2.");
        (_headerLength, _start) = (header.Length, input.Position);
        _lzma2 = new Lzma2Decoder(input, DictionarySize(header[place]));
    }

    /// <summary>Bytes of the block without its padding, and of what it holds, as the index has them; known at its end.</summary>
    public (long Unpadded, long Uncompressed) Sizes { get; private set; }

    /// <summary>Decodes some bytes; 0 at the end of the block, when its checksum was right.</summary>
    /// <exception cref="InvalidDataException">The data are damaged or incomplete.</exception>
    public int Read(Span<byte> buffer)
    {
        int read = _lzma2.Read(buffer);
        _check.Add(buffer[..read]);
        _length += read;
        if (read == 0)
            End();
        return read;
    }

    private void End()
    {
        long compressed = _input.Position - _start;
        bool isWhole = (_compressed ?? compressed) == compressed && (_uncompressed ?? _length) == _length;
        for (long padding = -compressed & 3; padding > 0; padding--)
            isWhole &= _input.Next() == 0;
        byte[] stored = new byte[_check.Length];
        _input.Take(stored);
        if (!isWhole || !_check.Matches(stored))
            throw Damaged();
        Sizes = (_headerLength + compressed + stored.Length, _length);
        _check.Dispose();
    }

    // 4 KB, 6 KB, 8 KB, 12 KB and so on.
    private static int DictionarySize(byte code)
    {
        long size = code > 40 ? long.MaxValue : (2L | (code & 1L)) << (code / 2 + 11);
        return size <= LzmaReader.LargestDictionary ? (int)size : throw new InvalidDataException("The xz file needs a dictionary of more than 256 MB.");
    }

    private static long Number(byte[] header, ref int place)
    {
        long value = 0;
        for (int shift = 0; shift < 63 && place < header.Length; shift += 7)
        {
            byte next = header[place++];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("The xz data are damaged.");
}
