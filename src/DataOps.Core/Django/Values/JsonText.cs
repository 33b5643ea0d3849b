using System.Buffers;
using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Valid JSON text, written the way Python's json module spaces and escapes it.</summary>
internal static class JsonText
{
    private const byte JsonbVersion = 1;

    private static readonly SearchValues<byte> Ascii = SearchValues.Create([.. Enumerable.Range(32, 95).Select(i => (byte)i)]);
    private static readonly SearchValues<byte> AsciiWithoutEscapes =
        SearchValues.Create([.. Enumerable.Range(32, 95).Select(i => (byte)i).Where(b => b is not ((byte)'"' or (byte)'\\'))]);
    private static readonly SearchValues<byte> StringEnd = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\",: \t\r\n"u8);

    /// <summary>The text in jsonb's binary form.</summary>
    /// <exception cref="InvalidDataException">The server sends a form that was unknown when this was written.</exception>
    public static ReadOnlySpan<byte> OfBinary(ReadOnlySpan<byte> field) =>
        field.Length > 0 && field[0] == JsonbVersion ? field[1..] : throw new InvalidDataException("The server sends jsonb in an unknown binary form.");

    /// <summary>Writes JSON with a blank after each colon and the given separator, whatever its own blanks are.</summary>
    public static void WriteSpaced(ReadOnlySpan<byte> json, JsonSeparator separator, Utf8Output output)
    {
        int special;
        while ((special = json.IndexOfAny(Structure)) >= 0)
        {
            output.Write(json[..special]);
            byte found = json[special];
            json = json[special..];
            int taken = 1;
            if (found == '"')
            {
                taken = StringLength(json);
                output.Write(json[..taken]);
            }
            else if (found is (byte)',' or (byte)':')
            {
                output.WriteByte(found);
                if (found == ':' || separator == JsonSeparator.CommaAndBlank)
                    output.WriteByte((byte)' ');
            }
            json = json[taken..];
        }
        output.Write(json);
    }

    /// <summary>Writes JSON with everything outside printable ASCII escaped; such characters stand in strings only.</summary>
    public static void WriteAscii(ReadOnlySpan<byte> json, Utf8Output output)
    {
        int special;
        while ((special = json.IndexOfAnyExcept(Ascii)) >= 0)
        {
            output.Write(json[..special]);
            json = json[special..];
            json = json[output.WriteAsciiEscape(json)..];
        }
        output.Write(json);
    }

    /// <summary>Writes JSON as <see cref="WriteAscii"/> does, inside a string of JSON.</summary>
    public static void WriteAsciiString(ReadOnlySpan<byte> json, Utf8Output output)
    {
        output.WriteByte((byte)'"');
        int special;
        while ((special = json.IndexOfAnyExcept(AsciiWithoutEscapes)) >= 0)
        {
            output.Write(json[..special]);
            json = json[special..];
            // Both levels escape: the inner one the character, the outer one the inner one's backslash.
            json = json[output.WriteAsciiEscape(json, escapeBackslash: json[0] is not ((byte)'"' or (byte)'\\'))..];
        }
        output.Write(json);
        output.WriteByte((byte)'"');
    }

    /// <summary>The text of the string on which the reader stands; false when it is not Unicode.</summary>
    /// <param name="value">A reader on a string or a name.</param>
    /// <param name="scratch">Holds the text where it had to be unescaped.</param>
    /// <param name="text">The text, valid until the reader or the scratch memory is used again.</param>
    public static bool TryUnescape(ref Utf8JsonReader value, Utf8Output scratch, out ReadOnlySpan<byte> text)
    {
        text = value.ValueSpan;
        if (!value.ValueIsEscaped)
            return true;
        scratch.Clear();
        try
        {
            scratch.Advance(value.CopyString(scratch.Reserve(value.ValueSpan.Length)));
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return false;
        }
        text = scratch.Written;
        return true;
    }

    /// <summary>A reader of JSON as deep as PostgreSQL itself would take it; .NET's own limit is 64.</summary>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> text) => new(text, new JsonReaderOptions { MaxDepth = 6000 });

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

    /// <summary>Writes the value on which the reader stands as JSON again, strings and numbers as they were written.</summary>
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
                    problem ??= StringEscapes.Problem(value.ValueSpan, value.ValueIsEscaped);
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

    /// <summary>The length of the JSON string that starts here, quotes included.</summary>
    /// <exception cref="InvalidDataException">It does not end.</exception>
    public static int StringLength(ReadOnlySpan<byte> json)
    {
        int position = 1;
        while (true)
        {
            int special = json[position..].IndexOfAny(StringEnd);
            if (special < 0)
                throw new InvalidDataException("A json value holds a string without an end.");
            position += special;
            if (json[position] == '"')
                return position + 1;
            position += 2;
        }
    }
}
