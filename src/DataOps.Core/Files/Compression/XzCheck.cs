using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DataOps.Core.Files.Compression;

/// <summary>The checksum behind each block of an xz file.</summary>
internal sealed class XzCheck : IDisposable
{
    private const int Crc32 = 1;
    private const int Crc64 = 4;
    private const int Sha256 = 10;

    // By the number of the kind, as the format has it.
    private static readonly int[] s_lengths = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

    private readonly int _length;
    private readonly Crc? _crc;
    private readonly IncrementalHash? _hash;

    /// <summary>Starts a checksum of a kind; one that is not known is passed over, as xz does.</summary>
    public XzCheck(int kind)
    {
        _length = s_lengths[kind];
        _crc = kind switch { Crc32 => Crc.Bits32(), Crc64 => Crc.Bits64(), _ => null };
        _hash = kind == Sha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <summary>Bytes that it takes in the file.</summary>
    public int Length => _length;

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        _crc?.Add(bytes);
        _hash?.AppendData(bytes);
    }

    /// <summary>Compares with what stands in the file.</summary>
    public bool Matches(ReadOnlySpan<byte> stored)
    {
        if (_hash is not null)
            return stored.SequenceEqual(_hash.GetHashAndReset());
        return _crc is null || _crc.Value == (_length == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(stored) : BinaryPrimitives.ReadUInt64LittleEndian(stored));
    }

    /// <inheritdoc/>
    public void Dispose() => _hash?.Dispose();
}
