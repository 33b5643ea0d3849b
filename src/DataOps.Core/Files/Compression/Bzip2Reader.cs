using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace DataOps.Core.Files.Compression;

/// <summary>Reads bzip2, several streams one behind the other included, as parallel programs write them.</summary>
internal sealed class Bzip2Reader(Stream stream) : PackedReader(stream, "bzip2")
{
    private BZip2Stream? _current;

    /// <inheritdoc/>
    protected override int Unpack(Span<byte> buffer)
    {
        while (_current is not null || !Input.Peek(1).IsEmpty)
        {
            if (_current is null)
                Start();
            int read = _current!.Read(buffer);
            if (read > 0)
                return read;
            _current = null;
        }
        return 0;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The library asks for a byte when it needs one, so that it takes no more than its own stream's.
    /// </remarks>
    protected override void Start() =>
        _current = Input.Peek(4) is [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9']
        ? BZip2Stream.Create(Input, CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: true)
        : throw Damaged();
}
