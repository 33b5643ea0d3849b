namespace DataOps.Core.Django.Values;

/// <summary>Reads a short text from left to right.</summary>
internal ref struct TextCursor(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Takes one of these characters; 0 when something else stands here.</summary>
    public byte OneOf(ReadOnlySpan<byte> characters)
    {
        if (_rest.IsEmpty || !characters.Contains(_rest[0]))
            return 0;
        byte taken = _rest[0];
        _rest = _rest[1..];
        return taken;
    }

    /// <summary>Takes this text if it stands here.</summary>
    public bool Take(ReadOnlySpan<byte> expected)
    {
        if (!_rest.StartsWith(expected))
            return false;
        _rest = _rest[expected.Length..];
        return true;
    }

    /// <summary>Takes a whole number of so many digits.</summary>
    public bool Number(int fewest, int most, out int value)
    {
        value = 0;
        int digits = 0;
        while (digits < most && digits < _rest.Length && char.IsAsciiDigit((char)_rest[digits]))
            value = value * 10 + (_rest[digits++] - '0');
        _rest = _rest[digits..];
        return digits >= fewest;
    }

    /// <summary>Takes a fraction after a point or comma as microseconds, cutting off further digits; 0 when there is none.</summary>
    public bool Fraction(out int microseconds)
    {
        microseconds = 0;
        if (OneOf(".,"u8) == 0)
            return true;
        int digits = 0;
        for (; digits < _rest.Length && char.IsAsciiDigit((char)_rest[digits]); digits++)
        {
            if (digits < 6)
                microseconds = microseconds * 10 + (_rest[digits] - '0');
        }
        _rest = _rest[digits..];
        for (int i = digits; i < 6; i++)
            microseconds *= 10;
        return digits > 0;
    }
}
