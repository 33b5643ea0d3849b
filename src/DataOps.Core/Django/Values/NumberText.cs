using System.Buffers.Binary;
using System.Globalization;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Numbers and truth values as Python writes them.</summary>
internal static class NumberText
{
    private const int LargestPlainExponent = 15;
    private const int SmallestPlainExponent = -4;

    public static void Int2(ReadOnlySpan<byte> field, Utf8Output output) => output.WriteInteger(BinaryPrimitives.ReadInt16BigEndian(field));

    public static void Int4(ReadOnlySpan<byte> field, Utf8Output output) => output.WriteInteger(BinaryPrimitives.ReadInt32BigEndian(field));

    public static void Int8(ReadOnlySpan<byte> field, Utf8Output output) => output.WriteInteger(BinaryPrimitives.ReadInt64BigEndian(field));

    public static void Oid(ReadOnlySpan<byte> field, Utf8Output output) => output.WriteInteger(BinaryPrimitives.ReadUInt32BigEndian(field));

    public static void Bool(ReadOnlySpan<byte> field, Utf8Output output) => output.Write(field[0] != 0 ? "true"u8 : "false"u8);

    public static void PythonBool(ReadOnlySpan<byte> field, Utf8Output output) => output.Write(field[0] != 0 ? "True"u8 : "False"u8);

    public static void Float8(ReadOnlySpan<byte> field, Utf8Output output)
    {
        double value = BinaryPrimitives.ReadDoubleBigEndian(field);
        if (double.IsFinite(value))
            WriteFinite(value, output);
        else
            output.Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
    }

    /// <summary>Python's <c>str()</c> has other words than its JSON for what is no number.</summary>
    public static void PythonFloat8(ReadOnlySpan<byte> field, Utf8Output output)
    {
        double value = BinaryPrimitives.ReadDoubleBigEndian(field);
        if (double.IsFinite(value))
            WriteFinite(value, output);
        else
            output.Write(double.IsNaN(value) ? "nan"u8 : value > 0 ? "inf"u8 : "-inf"u8);
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
