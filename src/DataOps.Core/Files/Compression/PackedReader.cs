using SharpCompress.Common;

namespace DataOps.Core.Files.Compression;

/// <summary>Reads a compressed stream through the library, whose failures end in one kind of exception.</summary>
internal abstract class PackedReader(Stream stream, string format) : ReadStream
{
    /// <summary>The compressed bytes.</summary>
    protected BufferedInput Input { get; } = new(stream);

    /// <summary>Reads the header.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or asks for too much memory.</exception>
    public PackedReader Started()
    {
        try
        {
            Start();
            return this;
        }
        catch (Exception e) when (IsOfTheData(e))
        {
            throw Damaged(e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data are damaged, incomplete, or followed by something
    /// else.</exception>
    public sealed override int Read(Span<byte> buffer)
    {
        try
        {
            return buffer.IsEmpty ? 0 : Unpack(buffer);
        }
        catch (Exception e) when (IsOfTheData(e))
        {
            throw Damaged(e);
        }
    }

    /// <summary>Reads the header of what comes first.</summary>
    protected abstract void Start();

    /// <summary>Decompresses some bytes; 0 at the end, behind which nothing is left.</summary>
    protected abstract int Unpack(Span<byte> buffer);

    /// <summary>What is thrown for data that are not as the format has them.</summary>
    protected InvalidDataException Damaged(Exception? inner = null) =>
        new($"The {format} data are damaged or incomplete, or something else follows them.", inner);

    /// <summary>
    /// Refuses a dictionary that would take too much memory, before it is taken; xz makes none larger than 64 MB unless
    /// told so.
    /// </summary>
    /// <exception cref="InvalidDataException">It has more than 256 MB.</exception>
    protected void CheckDictionary(long size)
    {
        if (size > 1 << 28)
            throw new InvalidDataException($"The {format} file needs a dictionary of more than 256 MB.");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Input.Dispose();
        base.Dispose(disposing);
    }

    // The library has no one exception for data that are damaged.
    private static bool IsOfTheData(Exception e) =>
        e is SharpCompressException or EndOfStreamException or ArgumentException or IndexOutOfRangeException
            or InvalidOperationException
            or NullReferenceException or OverflowException;
}
