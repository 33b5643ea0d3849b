namespace DataOps.Core.Files.Compression;

/// <summary>Decodes LZMA into a window.</summary>
internal sealed class LzmaDecoder(RangeDecoder range, LzmaWindow window)
{
    private const int States = 12;
    private const int Positions = 16;
    private const int FirstStateAfterMatch = 7;
    private const int SlotsWithModel = 14;
    private const int AlignBits = 4;
    private const int LiteralSize = 0x300;

    private readonly ushort[] _isMatch = new ushort[States * Positions];
    private readonly ushort[] _isRep = new ushort[States];
    private readonly ushort[] _isRep0 = new ushort[States];
    private readonly ushort[] _isRep1 = new ushort[States];
    private readonly ushort[] _isRep2 = new ushort[States];
    private readonly ushort[] _isLongRep0 = new ushort[States * Positions];
    private readonly ushort[] _slots = new ushort[4 << 6];
    private readonly ushort[] _distances = new ushort[1 + 128 - SlotsWithModel];
    private readonly ushort[] _align = new ushort[1 << AlignBits];
    private readonly LzmaLengths _matchLengths = new();
    private readonly LzmaLengths _repLengths = new();
    private ushort[] _literals = [];
    private int _literalContextBits;
    private int _literalMask;
    private int _positionMask;
    private int _state;
    private uint _rep0;
    private uint _rep1;
    private uint _rep2;
    private uint _rep3;
    private int _pending;

    /// <summary>Whether the data said that they are at their end.</summary>
    public bool SawEnd { get; private set; }

    /// <summary>Whether a match goes on behind what was asked for.</summary>
    public bool IsInMatch => _pending > 0;

    /// <summary>Takes new properties and starts anew.</summary>
    /// <exception cref="InvalidDataException">There are no such properties.</exception>
    public void SetProperties(byte properties)
    {
        int literalContextBits = properties % 9;
        int literalPositionBits = properties / 9 % 5;
        int positionBits = properties / 45;
        if (positionBits > 4)
            throw new InvalidDataException("The LZMA data are damaged.");
        (_literalContextBits, _literalMask, _positionMask) = (literalContextBits, (1 << literalPositionBits) - 1, (1 << positionBits) - 1);
        _literals = new ushort[LiteralSize << (literalContextBits + literalPositionBits)];
        Reset();
    }

    /// <summary>Forgets what it has learned.</summary>
    public void Reset()
    {
        foreach (ushort[] probabilities in (ushort[][])[_isMatch, _isRep, _isRep0, _isRep1, _isRep2, _isLongRep0, _slots, _distances, _align, _literals])
            Array.Fill(probabilities, RangeDecoder.Half);
        _matchLengths.Reset();
        _repLengths.Reset();
        (_state, _rep0, _rep1, _rep2, _rep3, _pending) = (0, 0, 0, 0, 0, 0);
    }

    /// <summary>Decodes so many bytes, for which the window has room; fewer only at the end of the data.</summary>
    public int Decode(int count)
    {
        int left = count;
        while (left > 0)
        {
            if (_pending > 0)
            {
                int length = Math.Min(_pending, left);
                window.Repeat(_rep0, length);
                _pending -= length;
                left -= length;
                continue;
            }
            int position = (int)window.Written & _positionMask;
            if (range.Bit(ref _isMatch[_state * Positions + position]) == 0)
            {
                DecodeLiteral();
                left--;
            }
            else if (!DecodeMatch(position))
            {
                SawEnd = true;
                break;
            }
        }
        return count - left;
    }

    /// <summary>Decodes the mark of the data's end, if it is there.</summary>
    public bool DecodeEnd() =>
        range.Bit(ref _isMatch[_state * Positions + ((int)window.Written & _positionMask)]) == 1 && !DecodeMatch((int)window.Written & _positionMask);

    private void DecodeLiteral()
    {
        int previous = window.Written > 0 ? window.Back(0) : 0;
        int context = (((int)window.Written & _literalMask) << _literalContextBits) + (previous >> (8 - _literalContextBits));
        Span<ushort> probabilities = _literals.AsSpan(LiteralSize * context, LiteralSize);
        int symbol = 1;
        if (_state >= FirstStateAfterMatch)
        {
            // What stands where the last match would go on is unlikely; its bits choose the probabilities until one differs.
            int match = window.Back(_rep0);
            do
            {
                int matchBit = (match >> 7) & 1;
                match <<= 1;
                int bit = range.Bit(ref probabilities[((1 + matchBit) << 8) + symbol]);
                symbol = (symbol << 1) | bit;
                if (matchBit != bit)
                    break;
            }
            while (symbol < 0x100);
        }
        while (symbol < 0x100)
            symbol = (symbol << 1) | range.Bit(ref probabilities[symbol]);
        window.Add((byte)symbol);
        _state = _state < 4 ? 0 : _state < 10 ? _state - 3 : _state - 6;
    }

    // False at the end of the data.
    private bool DecodeMatch(int position)
    {
        if (range.Bit(ref _isRep[_state]) != 0)
        {
            DecodeRep(position);
            return true;
        }
        (_rep3, _rep2, _rep1) = (_rep2, _rep1, _rep0);
        _pending = _matchLengths.Decode(range, position);
        _state = _state < FirstStateAfterMatch ? 7 : 10;
        _rep0 = DecodeDistance(_pending);
        if (_rep0 != uint.MaxValue)
            return true;
        _pending = 0;
        return false;
    }

    private void DecodeRep(int position)
    {
        if (range.Bit(ref _isRep0[_state]) == 0)
        {
            if (range.Bit(ref _isLongRep0[_state * Positions + position]) == 0)
            {
                _state = _state < FirstStateAfterMatch ? 9 : 11;
                _pending = 1;
                return;
            }
        }
        else if (range.Bit(ref _isRep1[_state]) == 0)
        {
            (_rep0, _rep1) = (_rep1, _rep0);
        }
        else if (range.Bit(ref _isRep2[_state]) == 0)
        {
            (_rep0, _rep1, _rep2) = (_rep2, _rep0, _rep1);
        }
        else
        {
            (_rep0, _rep1, _rep2, _rep3) = (_rep3, _rep0, _rep1, _rep2);
        }
        _pending = _repLengths.Decode(range, position);
        _state = _state < FirstStateAfterMatch ? 8 : 11;
    }

    private uint DecodeDistance(int length)
    {
        int slot = range.Tree(_slots.AsSpan(Math.Min(length - 2, 3) << 6, 1 << 6), 6);
        if (slot < 4)
            return (uint)slot;
        int bits = (slot >> 1) - 1;
        uint distance = (2u | ((uint)slot & 1)) << bits;
        if (slot < SlotsWithModel)
            return distance + (uint)range.ReverseTree(_distances.AsSpan((int)distance - slot), bits);
        distance += range.DirectBits(bits - AlignBits) << AlignBits;
        return distance + (uint)range.ReverseTree(_align, AlignBits);
    }
}
