using System.Buffers.Binary;
using SharpCompress.Compressors.LZMA;

namespace DataOps.Core.Files.Compression;

/// <summary>
/// Reads the old format of LZMA alone, which Django writes for <c>.lzma</c>: it has neither a mark at its start nor a
/// checksum.
/// </summary>
internal sealed class LzmaReader(Stream stream) : PackedReader(stream, "LZMA")
{
    private const int PropertiesLength = 5;
    private const int SmallestDictionary = 1 << 12;

    private LzmaStream? _lzma;

    /// <inheritdoc/>
    protected override int Unpack(Span<byte> buffer)
    {
        int read = _lzma!.Read(buffer);
        return read > 0 || Input.Peek(1).IsEmpty ? read : throw Damaged();
    }

    /// <inheritdoc/>
    protected override void Start()
    {
        byte[] properties = new byte[PropertiesLength];
        Input.ReadExactly(properties);
        uint dictionary = BinaryPrimitives.ReadUInt32LittleEndian(properties.AsSpan(1));
        CheckDictionary(dictionary);
        BinaryPrimitives.WriteUInt32LittleEndian(properties.AsSpan(1), Math.Max(dictionary, SmallestDictionary));
        byte[] length = new byte[sizeof(long)];
        Input.ReadExactly(length);
        _lzma = LzmaStream.Create(
            properties, Input, inputSize: -1, BinaryPrimitives.ReadInt64LittleEndian(length), leaveOpen: true);
    }
}
