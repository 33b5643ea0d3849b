using System.Buffers;

namespace DataOps.Core.Rows;

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

    /// <summary>Writes JSON with the separators <c>", "</c> and <c>": "</c>, whatever its own are.</summary>
    public static void WriteSpaced(ReadOnlySpan<byte> json, Utf8Output output)
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

    // The length of a JSON string, quotes included.
    private static int StringLength(ReadOnlySpan<byte> json)
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
