using System.Security.Cryptography;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>A number of bytes of another stream, which are hashed while they are read.</summary>
/// <param name="source">Where they come from; from its position on.</param>
/// <param name="length">How many they are: fewer are an error, more are left.</param>
internal sealed class MemberStream(Stream source, long length) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;

    /// <inheritdoc/>
    public override bool CanRead => true;

    // Who writes an archive asks for the length first.
    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <summary>The SHA-256 of the bytes read so far, in hexadecimal.</summary>
    public string Sha256 => Convert.ToHexString(_hash.GetCurrentHash()).ToLowerInvariant();

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The source ends before it should.</exception>
    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, length - _read);
        if (wanted == 0)
            return 0;
        int got = source.Read(buffer[..wanted]);
        if (got == 0)
            throw new EndOfStreamException($"{length} bytes were expected, and {_read} were there.");
        _hash.AppendData(buffer[..got]);
        _read += got;
        return got;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            source.Dispose();
        }
        base.Dispose(disposing);
    }
}
