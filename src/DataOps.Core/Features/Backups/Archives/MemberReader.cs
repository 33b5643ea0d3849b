using System.IO.Compression;
using ZstdSharp;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>
/// Reads members of an archive, one after another, as they were before they were compressed, in memory that is used
/// again.
/// </summary>
/// <param name="archive">The archive.</param>
/// <param name="most">The most bytes that a member can have been; more are refused before they are made.</param>
internal sealed class MemberReader(ArchiveReader archive, int most) : IDisposable
{
    private const int FirstSize = 1 << 16;

    private readonly Decompressor _zstd = new();
    private byte[] _packed = [];
    private byte[] _content = [];

    /// <summary>A member, which the next one overwrites; its hash was compared before.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: it is damaged, or larger.</exception>
    public ReadOnlySpan<byte> Read(string name)
    {
        ArraySegment<byte> packed = archive.Read(name, ref _packed);
        try
        {
            if (name.EndsWith(".zst", StringComparison.Ordinal))
            {
                Grow((int)Math.Min((ulong)most, Decompressor.GetDecompressedSize(packed)));
                return _content.AsSpan(0, _zstd.Unwrap(packed, _content));
            }
            return name.EndsWith(".gz", StringComparison.Ordinal) ? Inflate(name, packed) : packed;
        }
        catch (Exception e) when (e is ZstdException or InvalidDataException)
        {
            throw archive.Invalid($"{name} cannot be unpacked: {e.Message.TrimEnd('.')}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _zstd.Dispose();

    private ReadOnlySpan<byte> Inflate(string name, ArraySegment<byte> packed)
    {
        using MemoryStream source = new(packed.Array!, packed.Offset, packed.Count);
        using GZipStream gzip = new(source, CompressionMode.Decompress);
        Grow(Math.Min(most, FirstSize));
        int used = 0;
        for (int read; (read = gzip.Read(_content.AsSpan(used))) > 0;)
        {
            used += read;
            if (used < _content.Length)
                continue;
            if (used >= most && gzip.ReadByte() >= 0)
                throw archive.Invalid($"{name} is larger than any member");
            Grow((int)Math.Min(most, 2L * used));
        }
        return _content.AsSpan(0, used);
    }

    private void Grow(int size)
    {
        if (_content.Length < size)
            Array.Resize(ref _content, size);
    }
}
