namespace DataOps.Core.Files.Compression;

/// <summary>LZMA's arithmetic decoder: bits from bytes, by the probability of each.</summary>
internal sealed class RangeDecoder(BufferedInput input)
{
    /// <summary>A probability of one half, with which every bit starts.</summary>
    public const ushort Half = 1 << 10;

    private const int ProbabilityBits = 11;
    private const int Shift = 5;
    private const uint Top = 1 << 24;

    private uint _range;
    private uint _code;

    /// <summary>Whether nothing is left of what was encoded.</summary>
    public bool IsFinished => _code == 0;

    /// <summary>Starts at the input's place.</summary>
    /// <exception cref="InvalidDataException">No encoder starts so.</exception>
    public void Start()
    {
        (_range, _code) = (uint.MaxValue, 0);
        byte first = input.Next();
        for (int i = 0; i < 4; i++)
            _code = (_code << 8) | input.Next();
        if (first != 0 || _code == _range)
            throw new InvalidDataException("The LZMA data are damaged.");
    }

    /// <summary>Decodes a bit and learns from it.</summary>
    public int Bit(ref ushort probability)
    {
        uint bound = (_range >> ProbabilityBits) * probability;
        int bit;
        if (_code < bound)
        {
            _range = bound;
            probability += (ushort)(((1 << ProbabilityBits) - probability) >> Shift);
            bit = 0;
        }
        else
        {
            _range -= bound;
            _code -= bound;
            probability -= (ushort)(probability >> Shift);
            bit = 1;
        }
        if (_range < Top)
            Normalize();
        return bit;
    }

    /// <summary>Decodes bits that are as likely 0 as 1.</summary>
    public uint DirectBits(int count)
    {
        uint result = 0;
        for (; count > 0; count--)
        {
            _range >>= 1;
            _code -= _range;
            uint borrow = 0 - (_code >> 31);
            _code += _range & borrow;
            if (_range < Top)
                Normalize();
            result = (result << 1) + borrow + 1;
        }
        return result;
    }

    /// <summary>Decodes a number of so many bits, the highest first.</summary>
    public int Tree(Span<ushort> probabilities, int bits)
    {
        int node = 1;
        for (int i = 0; i < bits; i++)
            node = (node << 1) | Bit(ref probabilities[node]);
        return node - (1 << bits);
    }

    /// <summary>Decodes a number of so many bits, the lowest first.</summary>
    public int ReverseTree(Span<ushort> probabilities, int bits)
    {
        int node = 1;
        int result = 0;
        for (int i = 0; i < bits; i++)
        {
            int bit = Bit(ref probabilities[node]);
            node = (node << 1) | bit;
            result |= bit << i;
        }
        return result;
    }

    private void Normalize()
    {
        _range <<= 8;
        _code = (_code << 8) | input.Next();
    }
}
