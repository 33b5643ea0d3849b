namespace DataOps.Core.Files.Compression;

/// <summary>Decodes the lengths of LZMA's matches.</summary>
internal sealed class LzmaLengths
{
    private const int Shortest = 2;
    private const int Positions = 16;

    private readonly ushort[] _choice = new ushort[2];
    private readonly ushort[] _low = new ushort[Positions << 3];
    private readonly ushort[] _middle = new ushort[Positions << 3];
    private readonly ushort[] _high = new ushort[1 << 8];

    /// <summary>Forgets what it has learned.</summary>
    public void Reset()
    {
        foreach (ushort[] probabilities in (ushort[][])[_choice, _low, _middle, _high])
            Array.Fill(probabilities, RangeDecoder.Half);
    }

    /// <summary>Decodes a length.</summary>
    public int Decode(RangeDecoder range, int position)
    {
        if (range.Bit(ref _choice[0]) == 0)
            return Shortest + range.Tree(_low.AsSpan(position << 3, 8), 3);
        if (range.Bit(ref _choice[1]) == 0)
            return Shortest + 8 + range.Tree(_middle.AsSpan(position << 3, 8), 3);
        return Shortest + 16 + range.Tree(_high, 8);
    }
}
