using System.Text;
using DataOps.Core.Files.Compression;

namespace DataOps.Core.Files;

/// <summary>A text in UTF-16, as Windows PowerShell's <c>&gt;</c> writes it, read as UTF-8.</summary>
internal sealed class Utf16Stream(Stream utf16, bool isBigEndian) : ReadStream
{
    private readonly Stream _utf8 = Encoding.CreateTranscodingStream(
        utf16, new UnicodeEncoding(isBigEndian, byteOrderMark: true, throwOnInvalidBytes: true), Encoding.UTF8);

    /// <summary>
    /// The stream as UTF-8; the stream itself where it begins neither with a byte order mark of UTF-16 nor with two
    /// ASCII characters in it.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="start">Its first bytes, which it will deliver.</param>
    public static Stream Read(Stream stream, ReadOnlySpan<byte> start) => start switch
    {
        [0xFF, 0xFE, ..] => new Utf16Stream(stream, isBigEndian: false),
        [0xFE, 0xFF, ..] => new Utf16Stream(stream, isBigEndian: true),
        [not 0, 0, not 0, 0, ..] => new Utf16Stream(stream, isBigEndian: false),
        [0, not 0, 0, not 0, ..] => new Utf16Stream(stream, isBigEndian: true),
        _ => stream,
    };

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">Half of a character.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _utf8.Read(buffer);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _utf8.Dispose();
        base.Dispose(disposing);
    }
}
