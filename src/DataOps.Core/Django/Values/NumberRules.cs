using System.Buffers.Text;
using System.Globalization;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>How numbers and truth values are read, from JSON numbers and from strings.</summary>
internal static class NumberRules
{
    /// <summary>Whole numbers of a type, by the name that its user knows.</summary>
    public static FieldRule Integer(string typeName, long smallest, long largest) => (given, text) =>
    {
        given = given.Trim(" \t\r\n"u8);
        given = given.StartsWith("+"u8) ? given[1..] : given;
        if (Utf8Parser.TryParse(given, out long value, out int length) && length == given.Length)
        {
            if (value < smallest || value > largest)
                return "out of range for " + typeName;
            text.WriteInteger(value);
            return null;
        }
        if (given.SequenceEqual("True"u8) || given.SequenceEqual("False"u8))
        {
            text.WriteByte(given[0] == 'T' ? (byte)'1' : (byte)'0');
            return null;
        }
        // A number that some tool wrote as 5.0 or 1e3, or one beyond 64 bits.
        if (!double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) || !double.IsFinite(real) || real != Math.Floor(real))
            return "not an integer";
        if (real < smallest || real > largest || Math.Abs(real) > 1L << 53)
            return "out of range for " + typeName;
        text.WriteInteger((long)real);
        return null;
    };

    public static string? Float8(ReadOnlySpan<byte> given, Utf8Output text) => Float(given, double.MaxValue, "double precision", text);

    public static string? Float4(ReadOnlySpan<byte> given, Utf8Output text) => Float(given, float.MaxValue, "real", text);

    /// <summary>Decimals of a type as SQL writes it, as <c>numeric(10,2)</c>.</summary>
    public static FieldRule Numeric(string typeText)
    {
        int? wholeDigits = WholeDigits(typeText);
        return (given, text) =>
        {
            given = given.Trim(" \t\r\n"u8);
            if (Special(given) is { } special)
            {
                text.WriteText(special);
                return null;
            }
            if (!TryMeasure(given, out long digits))
                return "not a decimal number";
            if (digits > (wholeDigits ?? 131_072))
                return "out of range for " + (wholeDigits is null ? "numeric" : typeText);
            text.Write(given);
            return null;
        };
    }

    public static string? Bool(ReadOnlySpan<byte> given, Utf8Output text)
    {
        if (Is(given, "true"u8) || Is(given, "t"u8) || Is(given, "1"u8))
            text.WriteByte((byte)'t');
        else if (Is(given, "false"u8) || Is(given, "f"u8) || Is(given, "0"u8))
            text.WriteByte((byte)'f');
        else
            return "neither true nor false";
        return null;
    }

    private static string? Float(ReadOnlySpan<byte> given, double largest, string typeName, Utf8Output text)
    {
        given = given.Trim(" \t\r\n"u8);
        if (Special(given) is { } special)
        {
            text.WriteText(special);
            return null;
        }
        if (!double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || double.IsNaN(value))
            return "not a number";
        if (Math.Abs(value) > largest || (value == 0 && given.IndexOfAnyInRange((byte)'1', (byte)'9') is var digit && digit >= 0 && !InExponent(given, digit)))
            return "out of range for " + typeName;
        text.Write(given);
        return null;
    }

    private static bool InExponent(ReadOnlySpan<byte> given, int digit) => given.IndexOfAny((byte)'e', (byte)'E') is var mark && mark >= 0 && mark < digit;

    private static string? Special(ReadOnlySpan<byte> given)
    {
        if (Is(given, "nan"u8))
            return "NaN";
        bool negative = given.StartsWith("-"u8);
        ReadOnlySpan<byte> name = negative || given.StartsWith("+"u8) ? given[1..] : given;
        return Is(name, "infinity"u8) || Is(name, "inf"u8) ? (negative ? "-Infinity" : "Infinity") : null;
    }

    private static bool Is(ReadOnlySpan<byte> given, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(given, word);

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
            if (rest[0] is not ((byte)'e' or (byte)'E') || !Utf8Parser.TryParse(rest[1..], out exponent, out int length) || length != rest.Length - 1)
                return false;
        }
        ReadOnlySpan<byte> significant = whole.TrimStart((byte)'0');
        if (!significant.IsEmpty)
            digits = Math.Max(significant.Length + (long)exponent, 0);
        else if (fraction.IndexOfAnyExcept((byte)'0') is var first && first >= 0)
            digits = Math.Max(exponent - (long)first, 0);
        return true;
    }

    private static int Digits(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var end && end >= 0 ? end : text.Length;

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
