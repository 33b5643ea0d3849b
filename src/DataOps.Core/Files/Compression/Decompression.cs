namespace DataOps.Core.Files.Compression;

/// <summary>A stream that was opened for reading, decompressed where it is compressed.</summary>
/// <param name="Stream">The data.</param>
/// <param name="Name">The name of what is inside: without the ending of the compression, or a zip file's
/// member.</param>
internal sealed record Decompression(Stream Stream, string Name)
{
    private const int Looked = 4;
    private const int XzLooked = 6;

    private static readonly string[] s_endings = [".gz", ".bz2", ".xz", ".lzma", ".zip"];

    /// <summary>
    /// Looks at the first bytes, as files get renamed; only the old LZMA format, which has no mark, is known by its
    /// ending.
    /// </summary>
    /// <exception cref="InvalidDataException">The compressed data are damaged at their start or ask for too much
    /// memory, or a zip file comes through a pipe or has not exactly one member.</exception>
    public static Decompression Open(Stream file, string name)
    {
        byte[] start = new byte[XzLooked];
        int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> seen = start.AsSpan(0, length);
        string ending = s_endings.FirstOrDefault(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) ?? "";
        string inside = name[..^ending.Length];
        if (seen.StartsWith("PK"u8) && length >= Looked && seen[2] <= 5)
            return OfZip(file);
        Stream whole = new PrefixedStream(start.AsMemory(0, length), file);
        return seen switch
        {
            [0x1F, 0x8B, ..] => new(new GzipReader(whole), inside),
            [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] =>
                new(new Bzip2Reader(whole).Started(), inside),
            _ when XzReader.Starts(seen) => new(new XzReader(whole).Started(), inside),
            _ when ending == ".lzma" => new(new LzmaReader(whole).Started(), inside),
            _ => new(whole, inside),
        };
    }

    private static Decompression OfZip(Stream file)
    {
        if (!file.CanSeek)
            throw new InvalidDataException("a zip file has its list at the end and cannot be read from a pipe");
        file.Position = 0;
        ZipMember member = new(file);
        return new Decompression(member, member.Name);
    }
}
