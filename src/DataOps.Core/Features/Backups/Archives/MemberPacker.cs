using System.Buffers;
using System.IO.Compression;
using ZstdSharp;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>
/// Compresses members of an archive, one after another; what it works with is made once: pages that are new each time
/// cost more than the compression.
/// </summary>
/// <param name="compression">How.</param>
internal sealed class MemberPacker(BackupCompression compression) : IDisposable
{
    private const int Level = 3;

    private readonly Compressor? _zstd = compression == BackupCompression.Zstd ? new(Level) : null;

    /// <summary>Compresses a content; the caller releases what comes of it.</summary>
    public PackedMember Pack(ReadOnlySpan<byte> content)
    {
        if (_zstd is not null)
        {
            PackedMember packed = PackedMember.Rent(Compressor.GetCompressBound(content.Length));
            return packed.Cut(_zstd.Wrap(content, packed.Bytes));
        }
        if (compression == BackupCompression.Gzip)
        {
            MemoryStream packed = new();
            using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
                gzip.Write(content);
            content = packed.GetBuffer().AsSpan(0, (int)packed.Length);
        }
        PackedMember plain = PackedMember.Rent(content.Length);
        content.CopyTo(plain.Bytes);
        return plain;
    }

    /// <inheritdoc/>
    public void Dispose() => _zstd?.Dispose();
}

/// <summary>The content of a member as it is in the archive.</summary>
/// <param name="Bytes">The content, in an array that others use later.</param>
internal readonly record struct PackedMember(ArraySegment<byte> Bytes)
{
    /// <summary>One of a length, whose content is to be written.</summary>
    public static PackedMember Rent(int length) => new(new(ArrayPool<byte>.Shared.Rent(length), 0, length));

    /// <summary>Its first bytes.</summary>
    public PackedMember Cut(int length) => new(Bytes[..length]);

    /// <summary>Nobody reads it any more.</summary>
    public void Release() => ArrayPool<byte>.Shared.Return(Bytes.Array!);
}
