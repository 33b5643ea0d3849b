using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace DataOps.Core.Files.Compression;

/// <summary>Reads bzip2, several streams one behind the other included, as parallel programs write them.</summary>
internal sealed class Bzip2Reader(Stream stream) : ReadStream
{
    // The library asks for a byte when it needs one, so that it takes no more than its own stream's.
    private readonly BufferedInput _input = new(stream);
    private readonly byte[] _piece = new byte[1 << 16];
    private BZip2InputStream? _current;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data are damaged, incomplete, or followed by something else.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                if (_current is null && _input.Peek(1).IsEmpty)
                    return 0;
                _current ??= Start();
                int read = _current.Read(_piece, 0, Math.Min(buffer.Length, _piece.Length));
                if (read > 0)
                {
                    _piece.AsSpan(0, read).CopyTo(buffer);
                    return read;
                }
                _current = null;
            }
            return 0;
        }
        catch (Exception e) when (e is SharpZipBaseException or IndexOutOfRangeException or EndOfStreamException)
        {
            throw new InvalidDataException("The bzip2 data are damaged or incomplete.", e);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }

    // The library takes anything else for an empty stream.
    private BZip2InputStream Start() => _input.Peek(4) is [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9']
        ? new BZip2InputStream(_input) { IsStreamOwner = false }
        : throw new InvalidDataException("The bzip2 data are damaged or incomplete.");
}
