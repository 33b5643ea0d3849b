using System.Buffers.Binary;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Network addresses as PostgreSQL writes them.</summary>
internal static class NetworkText
{
    private const int HeaderLength = 4;
    private const int Words = 8;

    public static void Inet(ReadOnlySpan<byte> field, Utf8Output output)
    {
        int bits = field[1];
        bool isNetwork = field[2] != 0;
        ReadOnlySpan<byte> address = field[HeaderLength..];
        if (address.Length == 4)
            WriteDotted(address, output);
        else
            WriteSix(address, output);
        if (!isNetwork && bits == address.Length * 8)
            return;
        output.WriteByte((byte)'/');
        output.WriteInteger(bits);
    }

    public static void Mac(ReadOnlySpan<byte> field, Utf8Output output)
    {
        for (int i = 0; i < field.Length; i++)
        {
            if (i > 0)
                output.WriteByte((byte)':');
            WriteHexDigit(field[i] >> 4, output);
            WriteHexDigit(field[i] & 0xF, output);
        }
    }

    private static void WriteDotted(ReadOnlySpan<byte> address, Utf8Output output)
    {
        for (int i = 0; i < address.Length; i++)
        {
            if (i > 0)
                output.WriteByte((byte)'.');
            output.WriteInteger(address[i]);
        }
    }

    // The first longest run of two or more zero words is "::", and an embedded IPv4 address is dotted.
    private static void WriteSix(ReadOnlySpan<byte> address, Utf8Output output)
    {
        (int run, int runLength) = LongestZeroRun(address);
        bool isDotted = run == 0 && (runLength == 6 || (runLength == 7 && Word(address, 7) != 1) || (runLength == 5 && Word(address, 5) == 0xFFFF));
        for (int i = 0; i < Words; i++)
        {
            if (i >= run && i < run + runLength)
            {
                if (i == run)
                    output.WriteByte((byte)':');
                continue;
            }
            if (i > 0)
                output.WriteByte((byte)':');
            if (i == 6 && isDotted)
            {
                WriteDotted(address[12..], output);
                return;
            }
            WriteWord(Word(address, i), output);
        }
        if (run >= 0 && run + runLength == Words)
            output.WriteByte((byte)':');
    }

    private static (int Start, int Length) LongestZeroRun(ReadOnlySpan<byte> address)
    {
        (int Start, int Length) best = (-1, 1);
        for (int i = 0; i < Words; i++)
        {
            int length = 0;
            while (i + length < Words && Word(address, i + length) == 0)
                length++;
            if (length > best.Length)
                best = (i, length);
            i += length;
        }
        return best.Start < 0 ? (-1, 0) : best;
    }

    private static int Word(ReadOnlySpan<byte> address, int index) => BinaryPrimitives.ReadUInt16BigEndian(address[(2 * index)..]);

    private static void WriteWord(int word, Utf8Output output)
    {
        for (int shift = 12; shift >= 0; shift -= 4)
        {
            if (shift == 0 || word >> shift != 0)
                WriteHexDigit((word >> shift) & 0xF, output);
        }
    }

    private static void WriteHexDigit(int digit, Utf8Output output) => output.WriteByte("0123456789abcdef"u8[digit]);
}
