using System.Buffers.Text;
using System.Text.Unicode;

namespace DataOps.Core.Django.Values;

/// <summary>What PostgreSQL's jsonb refuses in the inside of a valid JSON string.</summary>
internal static class StringEscapes
{
    /// <summary>Says what would be refused: a NUL, half a surrogate pair, bytes that are not UTF-8; null when nothing.</summary>
    public static string? Problem(ReadOnlySpan<byte> escaped, bool hasEscapes)
    {
        if (!Utf8.IsValid(escaped))
            return "not valid Unicode";
        if (!hasEscapes)
            return null;
        bool inPair = false;
        int backslash;
        while ((backslash = escaped.IndexOf((byte)'\\')) >= 0)
        {
            int unit = Unit(escaped[backslash..]);
            if (unit == 0)
                return "holds a NUL character, which PostgreSQL cannot store";
            if (inPair != (backslash == 0 && unit is >= 0xDC00 and <= 0xDFFF) && (inPair || unit is >= 0xDC00 and <= 0xDFFF))
                return "not valid Unicode";
            inPair = unit is >= 0xD800 and <= 0xDBFF;
            escaped = escaped[(backslash + (unit < 0 ? 2 : 6))..];
        }
        return inPair ? "not valid Unicode" : null;
    }

    // The UTF-16 unit of \uXXXX, -1 for the short escapes.
    private static int Unit(ReadOnlySpan<byte> escape) =>
        escape[1] == 'u' && Utf8Parser.TryParse(escape.Slice(2, 4), out ushort unit, out _, 'x') ? unit : -1;
}
