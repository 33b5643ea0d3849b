using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using DataOps.Core.Postgres.Copy;
using static System.Text.Ascii;

namespace DataOps.Core.Django.Values;

/// <summary>Whole numbers; read from strings, truth values and numbers such as 5.0 too.</summary>
/// <param name="typeName">What its user calls the type.</param>
/// <param name="smallest">The smallest number of the type; 0 when it has no sign.</param>
/// <param name="largest">The largest number of the type.</param>
internal sealed class IntegerConverter(string typeName, long smallest, long largest)
    : PlainConverter(isQuoted: false, $"0")
{
    private const long LargestExactDouble = 1L << 53;

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output) =>
        output.WriteInteger(field.Length switch
        {
            sizeof(int) when smallest < 0 => BinaryPrimitives.ReadInt32BigEndian(field),
            sizeof(int) => BinaryPrimitives.ReadUInt32BigEndian(field),
            sizeof(long) => BinaryPrimitives.ReadInt64BigEndian(field),
            _ => BinaryPrimitives.ReadInt16BigEndian(field),
        });

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        given = given.Trim(JsonText.Blanks);
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
        if (!double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double real)
            || !double.IsFinite(real) || real != Math.Floor(real))
            return "not an integer";
        if (real < smallest || real > largest || Math.Abs(real) > LargestExactDouble)
            return "out of range for " + typeName;
        text.WriteInteger((long)real);
        return null;
    }
}

/// <summary>Truth values; read from Python's words and from 0 and 1 too.</summary>
internal sealed class BooleanConverter() : PlainConverter(isQuoted: false, $"false")
{
    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output) =>
        output.Write(field[0] != 0 ? "true"u8 : "false"u8);

    protected override void WritePython(ReadOnlySpan<byte> field, Utf8Output output) =>
        output.Write(field[0] != 0 ? "True"u8 : "False"u8);

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        if (EqualsIgnoreCase(given, "true"u8) || EqualsIgnoreCase(given, "t"u8) || EqualsIgnoreCase(given, "1"u8))
            text.WriteByte((byte)'t');
        else if (EqualsIgnoreCase(given, "false"u8) || EqualsIgnoreCase(given, "f"u8) || EqualsIgnoreCase(given, "0"u8))
            text.WriteByte((byte)'f');
        else
            return "neither true nor false";
        return null;
    }
}

/// <summary>Floating-point numbers as Python's <c>repr()</c> writes them.</summary>
/// <param name="typeName">What its user calls the type.</param>
/// <param name="largest">The largest number of the type.</param>
internal sealed class FloatConverter(string typeName, double largest) : PlainConverter(isQuoted: false, $"0")
{
    private const int LargestPlainExponent = 15;
    private const int SmallestPlainExponent = -4;

    /// <summary>Writes a number as Python's json module does.</summary>
    public static void Write(double value, Utf8Output output)
    {
        if (double.IsFinite(value))
            WriteFinite(value, output);
        else
            output.Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
    }

    /// <summary>Writes a number that .NET has formatted as Python's <c>repr()</c> does.</summary>
    /// <remarks>Both choose the same digits; they differ in when to use an exponent and in ".0".</remarks>
    public static void WriteRepr(ReadOnlySpan<byte> shortest, Utf8Output output)
    {
        int mark = shortest.IndexOf((byte)'E');
        if (mark < 0)
        {
            if (shortest.Contains((byte)'.'))
                output.Write(shortest);
            else
                WriteWhole(shortest, output);
            return;
        }
        ReadOnlySpan<byte> mantissa = shortest[..mark];
        int exponent = int.Parse(shortest[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent is >= SmallestPlainExponent and <= LargestPlainExponent)
        {
            WritePlain(mantissa, exponent, output);
            return;
        }
        output.Write(mantissa);
        output.Write(exponent < 0 ? "e-"u8 : "e+"u8);
        output.WriteInteger(Math.Abs(exponent), 2);
    }

    /// <summary>
    /// PostgreSQL's word for what is not a number, or not a finite one, in any of the words for it; null for others.
    /// </summary>
    public static string? SpecialWord(ReadOnlySpan<byte> given)
    {
        if (EqualsIgnoreCase(given, "nan"u8))
            return "NaN";
        bool negative = given.StartsWith("-"u8);
        ReadOnlySpan<byte> name = negative || given.StartsWith("+"u8) ? given[1..] : given;
        bool isInfinity = EqualsIgnoreCase(name, "infinity"u8) || EqualsIgnoreCase(name, "inf"u8);
        return isInfinity ? (negative ? "-Infinity" : "Infinity") : null;
    }

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output) =>
        Write(BinaryPrimitives.ReadDoubleBigEndian(field), output);

    // str() has other words than the json module for what is no number.
    protected override void WritePython(ReadOnlySpan<byte> field, Utf8Output output)
    {
        double value = BinaryPrimitives.ReadDoubleBigEndian(field);
        if (double.IsFinite(value))
            WriteFinite(value, output);
        else
            output.Write(double.IsNaN(value) ? "nan"u8 : value > 0 ? "inf"u8 : "-inf"u8);
    }

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        given = given.Trim(JsonText.Blanks);
        if (SpecialWord(given) is { } special)
        {
            text.WriteText(special);
            return null;
        }
        if (!double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            || double.IsNaN(value))
            return "not a number";
        if (Math.Abs(value) > largest || (value == 0 && HasDigit(given)))
            return "out of range for " + typeName;
        text.Write(given);
        return null;
    }

    // Whether any digit before the exponent is not 0: such a number is too small where it is read as 0.
    private static bool HasDigit(ReadOnlySpan<byte> given)
    {
        int mark = given.IndexOfAny((byte)'e', (byte)'E');
        return given[..(mark < 0 ? given.Length : mark)].ContainsAnyInRange((byte)'1', (byte)'9');
    }

    private static void WriteFinite(double value, Utf8Output output)
    {
        Span<byte> shortest = stackalloc byte[32];
        if (value.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture))
            WriteRepr(shortest[..length], output);
    }

    // .NET writes 1e16 out, Python does not.
    private static void WriteWhole(ReadOnlySpan<byte> digits, Utf8Output output)
    {
        int sign = digits[0] == '-' ? 1 : 0;
        int exponent = digits.Length - sign - 1;
        if (exponent <= LargestPlainExponent)
        {
            output.Write(digits);
            output.Write(".0"u8);
            return;
        }
        output.Write(digits[..(sign + 1)]);
        ReadOnlySpan<byte> fraction = digits[(sign + 1)..].TrimEnd((byte)'0');
        if (!fraction.IsEmpty)
            output.WriteByte((byte)'.');
        output.Write(fraction);
        output.Write("e+"u8);
        output.WriteInteger(exponent);
    }

    private static void WritePlain(ReadOnlySpan<byte> mantissa, int exponent, Utf8Output output)
    {
        if (mantissa[0] == '-')
        {
            output.WriteByte((byte)'-');
            mantissa = mantissa[1..];
        }
        Span<byte> digits = stackalloc byte[LargestPlainExponent + 18];
        digits.Fill((byte)'0');
        digits[0] = mantissa[0];
        int count = Math.Max(mantissa.Length - 1, 1);
        if (mantissa.Length > 2)
            mantissa[2..].CopyTo(digits[1..]);
        if (exponent < 0)
        {
            output.Write("0.0000"u8[..(1 - exponent)]);
            output.Write(digits[..count]);
            return;
        }
        output.Write(digits[..(exponent + 1)]);
        output.WriteByte((byte)'.');
        output.Write(count > exponent + 1 ? digits[(exponent + 1)..count] : "0"u8);
    }
}
