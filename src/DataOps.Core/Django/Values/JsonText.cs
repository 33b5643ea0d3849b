using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>JSON text as a fixture or a database has it, read.</summary>
internal static class JsonText
{
    /// <summary>What may stand between JSON's tokens.</summary>
    public static ReadOnlySpan<byte> Blanks => " \t\r\n"u8;

    /// <summary>The text of the string on which the reader stands; false when it is not Unicode.</summary>
    /// <param name="value">A reader on a string or a name.</param>
    /// <param name="scratch">Holds the text, behind what it holds already, where it had to be unescaped.</param>
    /// <param name="text">The text, valid until the reader or the scratch memory is used again.</param>
    public static bool TryUnescape(ref Utf8JsonReader value, Utf8Output scratch, out ReadOnlySpan<byte> text)
    {
        text = value.ValueSpan;
        if (!value.ValueIsEscaped)
            return true;
        int start = scratch.Written.Length;
        try
        {
            scratch.Advance(value.CopyString(scratch.Reserve(value.ValueSpan.Length)));
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return false;
        }
        text = scratch.Written[start..];
        return true;
    }

    /// <summary>A reader of JSON as deep as PostgreSQL itself would take it; .NET's own limit is 64.</summary>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> text) =>
        new(text, new JsonReaderOptions { MaxDepth = 6000 });

    /// <summary>Whether a text is one JSON value.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = Reader(text);
        try
        {
            while (reader.Read())
                continue;
            return reader.BytesConsumed > 0;
        }
        catch (JsonException)
        {
            // A text like any other.
            return false;
        }
    }

    /// <summary>
    /// Writes the value on which the reader stands as JSON again, strings and numbers as they were written.
    /// </summary>
    /// <remarks>Leaves the reader on the value's last token.</remarks>
    /// <returns>What PostgreSQL would refuse in it, or null.</returns>
    public static string? Copy(ref Utf8JsonReader value, Utf8Output output)
    {
        string? problem = null;
        int depth = 0;
        bool first = true;
        do
        {
            JsonTokenType token = value.TokenType;
            if (token is JsonTokenType.EndObject or JsonTokenType.EndArray)
                depth--;
            else if (!first)
                output.Write(", "u8);
            first = false;
            switch (token)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    depth++;
                    first = true;
                    output.WriteByte(token == JsonTokenType.StartObject ? (byte)'{' : (byte)'[');
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    output.WriteByte(token == JsonTokenType.EndObject ? (byte)'}' : (byte)']');
                    break;
                case JsonTokenType.String or JsonTokenType.PropertyName:
                    problem ??= Refused(value.ValueSpan, value.ValueIsEscaped);
                    output.WriteByte((byte)'"');
                    output.Write(value.ValueSpan);
                    output.WriteByte((byte)'"');
                    break;
                default:
                    output.Write(value.ValueSpan);
                    break;
            }
            if (token == JsonTokenType.PropertyName)
            {
                output.Write(": "u8);
                first = true;
            }
        }
        while ((depth > 0 || value.TokenType == JsonTokenType.PropertyName) && value.Read());
        return problem;
    }

    /// <summary>
    /// What no text of PostgreSQL can hold of a value's strings, a NUL or half a surrogate pair; null where it can.
    /// </summary>
    public static string? Unstorable(ReadOnlySpan<byte> json) => Refused(json, hasEscapes: true);

    // What jsonb refuses in the inside of a JSON string: a NUL, half a surrogate pair, bytes that are not UTF-8.
    private static string? Refused(ReadOnlySpan<byte> escaped, bool hasEscapes)
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
            bool isSecond = unit is >= 0xDC00 and <= 0xDFFF;
            if (inPair != (backslash == 0 && isSecond) && (inPair || isSecond))
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
