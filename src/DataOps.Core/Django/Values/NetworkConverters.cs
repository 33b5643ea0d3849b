using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>inet: an address, and a prefix length unless it is a whole address.</summary>
internal sealed class AddressConverter() : PlainConverter(isQuoted: true)
{
    private const int HeaderLength = 4;
    private const int Words = 8;

    /// <summary>Writes a binary inet or cidr as PostgreSQL does.</summary>
    public static void WriteAddress(ReadOnlySpan<byte> field, Utf8Output output)
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

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output) => WriteAddress(field, output);

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        string address = Encoding.UTF8.GetString(given.Trim(JsonText.Blanks));
        int slash = address.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? address : address[..slash], out IPAddress? ip))
            return "not an IP address";
        bool isFour = ip.AddressFamily == AddressFamily.InterNetwork;
        // .NET takes 10.1 and ::1%lo too; PostgreSQL does not.
        if (address.AsSpan().ContainsAny("%[") || (isFour && address.Count(c => c == '.') != 3)
            || (slash >= 0 && (!byte.TryParse(address[(slash + 1)..], out byte bits) || bits > (isFour ? 32 : 128))))
            return "not an IP address";
        text.WriteText(address);
        return null;
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
        bool isDotted = run == 0 && (runLength == 6 || (runLength == 7 && Word(address, 7) != 1)
            || (runLength == 5 && Word(address, 5) == 0xFFFF));
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
            _ = Utf8Formatter.TryFormat(Word(address, i), output.Reserve(4), out int length, 'x');
            output.Advance(length);
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

    private static int Word(ReadOnlySpan<byte> address, int index) =>
        BinaryPrimitives.ReadUInt16BigEndian(address[(2 * index)..]);
}

/// <summary>cidr: a network; what is written of its address is for PostgreSQL to judge.</summary>
internal sealed class NetworkConverter() : PlainConverter(isQuoted: true)
{
    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output) =>
        AddressConverter.WriteAddress(field, output);

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text) => TextConverter.Copy(given, text);
}

/// <summary>macaddr and macaddr8, which PostgreSQL reads in many forms.</summary>
internal sealed class MacConverter() : PlainConverter(isQuoted: true)
{
    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        for (int i = 0; i < field.Length; i++)
        {
            if (i > 0)
                output.WriteByte((byte)':');
            output.WriteHex(field.Slice(i, 1));
        }
    }

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text) => TextConverter.Copy(given, text);
}
