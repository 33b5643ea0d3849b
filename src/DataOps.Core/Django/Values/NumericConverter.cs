using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// Decimals as Python's <c>str(Decimal)</c> writes them: with the scale as stored, and with an exponent once six zeros
/// follow
/// the point.
/// </summary>
/// <param name="typeText">The type as SQL writes it, as <c>numeric(10,2)</c>; empty when its scale is unknown.</param>
internal sealed class NumericConverter(string typeText) : PlainConverter(isQuoted: true, $"0")
{
    private const int GroupDigits = 4;
    private const int LargestPlainScale = 6;
    private const int MostWholeDigits = 131_072;

    private readonly int? _wholeDigits = WholeDigits(typeText);

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        int groups = BinaryPrimitives.ReadInt16BigEndian(field);
        int weight = BinaryPrimitives.ReadInt16BigEndian(field[2..]);
        int scale = BinaryPrimitives.ReadInt16BigEndian(field[6..]);
        switch (BinaryPrimitives.ReadUInt16BigEndian(field[4..]))
        {
            case 0xC000:
                output.Write("NaN"u8);
                return;
            case 0xD000:
                output.Write("Infinity"u8);
                return;
            case 0xF000:
                output.Write("-Infinity"u8);
                return;
            case 0x4000:
                output.WriteByte((byte)'-');
                break;
        }
        ReadOnlySpan<byte> digits = field.Slice(8, groups * sizeof(short));
        Span<byte> text = output.Reserve((Math.Max(weight, 0) + 1) * GroupDigits + scale + GroupDigits + 1);
        int whole = WriteWhole(digits, weight, text);
        if (scale == 0)
        {
            output.Advance(whole);
            return;
        }
        text[whole] = (byte)'.';
        Span<byte> fraction = text[(whole + 1)..];
        for (int i = 0; i * GroupDigits < scale; i++)
            PutGroup(Group(digits, weight + 1 + i), fraction[(i * GroupDigits)..]);
        if (scale > LargestPlainScale && whole == 1 && text[0] == '0'
            && !fraction[..LargestPlainScale].ContainsAnyExcept((byte)'0'))
            output.Advance(ToScientific(text, fraction[..scale]));
        else
            output.Advance(whole + 1 + scale);
    }

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        given = given.Trim(JsonText.Blanks);
        if (FloatConverter.SpecialWord(given) is { } special)
        {
            text.WriteText(special);
            return null;
        }
        if (!TryMeasure(given, out long digits))
            return "not a decimal number";
        if (digits > (_wholeDigits ?? MostWholeDigits))
            return "out of range for " + (_wholeDigits is null ? "numeric" : typeText);
        text.Write(given);
        return null;
    }

    private static int WriteWhole(ReadOnlySpan<byte> digits, int weight, Span<byte> text)
    {
        if (weight < 0 || digits.IsEmpty)
        {
            text[0] = (byte)'0';
            return 1;
        }
        for (int i = 0; i <= weight; i++)
            PutGroup(Group(digits, i), text[(i * GroupDigits)..]);
        int length = (weight + 1) * GroupDigits;
        int leading = Math.Min(text[..length].IndexOfAnyExcept((byte)'0'), length - 1);
        text[leading..length].CopyTo(text);
        return length - leading;
    }

    // 0.00000012 is 1.2E-7, and 0.0000000 is 0E-7.
    private static int ToScientific(Span<byte> text, ReadOnlySpan<byte> fraction)
    {
        int first = fraction.IndexOfAnyExcept((byte)'0');
        ReadOnlySpan<byte> significant = first < 0 ? "0"u8 : fraction[first..];
        int exponent = first < 0 ? fraction.Length : first + 1;
        Span<byte> number = stackalloc byte[5];
        exponent.TryFormat(number, out int exponentLength);
        int length = 1;
        text[0] = significant[0];
        if (significant.Length > 1)
        {
            text[1] = (byte)'.';
            significant[1..].CopyTo(text[2..]);
            length = significant.Length + 1;
        }
        "E-"u8.CopyTo(text[length..]);
        number[..exponentLength].CopyTo(text[(length + 2)..]);
        return length + 2 + exponentLength;
    }

    // Groups of zeros at the end are not stored.
    private static int Group(ReadOnlySpan<byte> digits, int index) =>
        index >= 0 && index * sizeof(short) < digits.Length
            ? BinaryPrimitives.ReadInt16BigEndian(digits[(index * sizeof(short))..])
            : 0;

    private static void PutGroup(int value, Span<byte> text)
    {
        text[3] = (byte)('0' + value % 10);
        text[2] = (byte)('0' + value / 10 % 10);
        text[1] = (byte)('0' + value / 100 % 10);
        text[0] = (byte)('0' + value / 1000);
    }

    // How many digits stand before the point once the exponent is applied; 0.05 has none.
    private static bool TryMeasure(ReadOnlySpan<byte> given, out long digits)
    {
        digits = 0;
        ReadOnlySpan<byte> rest = given.Length > 0 && given[0] is (byte)'+' or (byte)'-' ? given[1..] : given;
        ReadOnlySpan<byte> whole = rest[..Digits(rest)];
        rest = rest[whole.Length..];
        ReadOnlySpan<byte> fraction = [];
        if (rest.StartsWith("."u8))
        {
            fraction = rest[1..][..Digits(rest[1..])];
            rest = rest[(1 + fraction.Length)..];
        }
        if (whole.IsEmpty && fraction.IsEmpty)
            return false;
        int exponent = 0;
        if (!rest.IsEmpty)
        {
            if (rest[0] is not ((byte)'e' or (byte)'E') || !Utf8Parser.TryParse(rest[1..], out exponent, out int length)
                || length != rest.Length - 1)
                return false;
        }
        ReadOnlySpan<byte> significant = whole.TrimStart((byte)'0');
        if (!significant.IsEmpty)
            digits = Math.Max(significant.Length + (long)exponent, 0);
        else if (fraction.IndexOfAnyExcept((byte)'0') is var first && first >= 0)
            digits = Math.Max(exponent - (long)first, 0);
        return true;
    }

    private static int Digits(ReadOnlySpan<byte> text) =>
        text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var end && end >= 0 ? end : text.Length;

    private static int? WholeDigits(string typeText)
    {
        int open = typeText.IndexOf('(', StringComparison.Ordinal);
        int close = typeText.IndexOf(')', StringComparison.Ordinal);
        if (open < 0 || close < open)
            return null;
        string[] parts = typeText[(open + 1)..close].Split(',');
        int precision = int.Parse(parts[0], CultureInfo.InvariantCulture);
        return precision - (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
    }
}
