using System.Buffers;
using System.Globalization;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>What stands between the members of an embedded JSON array or object.</summary>
internal enum JsonSeparator
{
    /// <summary>As in Django's JSON without an indent.</summary>
    CommaAndBlank,

    /// <summary>As in Django's JSONL.</summary>
    Comma,
}

/// <summary>Valid JSON text, written the way Python's json module spaces, escapes and counts.</summary>
internal static class PythonJson
{
    private const int MostDigits = 17;

    private static readonly SearchValues<byte> Ascii =
        SearchValues.Create([.. Enumerable.Range(32, 95).Select(i => (byte)i)]);
    private static readonly SearchValues<byte> StringEnd = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\",: \t\r\n"u8);
    private static readonly SearchValues<byte> AllStructure = SearchValues.Create("\"{}[],: \t\r\n"u8);
    private static readonly SearchValues<byte> InNumbers = SearchValues.Create("+-.0123456789Ee"u8);

    /// <summary>
    /// Writes JSON with a blank after each colon and the given separator, whatever its own blanks are.
    /// </summary>
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

    /// <summary>
    /// Writes JSON with everything outside printable ASCII escaped; such characters stand in strings only.
    /// </summary>
    public static void WriteAscii(ReadOnlySpan<byte> json, Utf8Output output) => output.WriteAscii(json, Ascii);

    /// <summary>Writes JSON as <see cref="WriteAscii"/> does, inside a string of JSON.</summary>
    public static void WriteAsciiString(ReadOnlySpan<byte> json, Utf8Output output)
    {
        output.WriteByte((byte)'"');
        int special;
        while ((special = json.IndexOfAnyExcept(Utf8Output.PlainAscii)) >= 0)
        {
            output.Write(json[..special]);
            json = json[special..];
            // Both levels escape: the inner one the character, the outer one the inner one's backslash.
            json = json[output.WriteAsciiEscape(json, escapeBackslash: json[0] is not ((byte)'"' or (byte)'\\'))..];
        }
        output.Write(json);
        output.WriteByte((byte)'"');
    }

    /// <summary>
    /// Writes JSON as Python's <c>json.dumps(indent=N)</c> lays it out: a line for each member, and nothing inside what
    /// is empty.
    /// </summary>
    /// <param name="json">The value.</param>
    /// <param name="blanks">Blanks a level.</param>
    /// <param name="depth">The level on which the value itself stands.</param>
    /// <param name="output">Gets the text.</param>
    public static void WriteIndented(ReadOnlySpan<byte> json, int blanks, int depth, Utf8Output output)
    {
        int special;
        while ((special = json.IndexOfAny(AllStructure)) >= 0)
        {
            output.Write(json[..special]);
            byte found = json[special];
            json = json[special..];
            int taken = 1;
            switch (found)
            {
                case (byte)'"':
                    taken = StringLength(json);
                    output.Write(json[..taken]);
                    break;
                case (byte)'{' or (byte)'[':
                    taken = WriteOpening(json, ref depth, blanks, output);
                    break;
                case (byte)'}' or (byte)']':
                    WriteLine(--depth * blanks, output);
                    output.WriteByte(found);
                    break;
                case (byte)',':
                    output.WriteByte(found);
                    WriteLine(depth * blanks, output);
                    break;
                case (byte)':':
                    output.Write(": "u8);
                    break;
            }
            json = json[taken..];
        }
        output.Write(json);
    }

    /// <summary>
    /// The JSON with small numbers as Python writes them, 1e-07 where jsonb writes 0.0000001; the same JSON when there
    /// are none.
    /// </summary>
    /// <remarks>
    /// Only a number that Python's float holds to its last digit is written in this way: every other one keeps the
    /// digits that
    /// PostgreSQL has.
    /// </remarks>
    public static ReadOnlySpan<byte> WithPythonNumbers(ReadOnlySpan<byte> json, Utf8Output scratch)
    {
        if (json.IndexOf("0.0000"u8) < 0)
            return json;
        scratch.Clear();
        while (!json.IsEmpty)
        {
            int length = json[0] == '"' ? StringLength(json) : NumberLength(json);
            if (length == 0 || json[0] == '"' || !TryWriteNumber(json[..length], scratch))
                scratch.Write(json[..Math.Max(length, 1)]);
            json = json[Math.Max(length, 1)..];
        }
        return scratch.Written;
    }

    // Takes the closing bracket too where nothing stands before it.
    private static int WriteOpening(ReadOnlySpan<byte> json, ref int depth, int blanks, Utf8Output output)
    {
        output.WriteByte(json[0]);
        int next = 1 + json[1..].IndexOfAnyExcept(" \t\r\n"u8);
        if (json[next] is (byte)'}' or (byte)']')
        {
            output.WriteByte(json[next]);
            return next + 1;
        }
        WriteLine(++depth * blanks, output);
        return 1;
    }

    private static void WriteLine(int blanks, Utf8Output output)
    {
        output.Reserve(blanks + 1)[..(blanks + 1)].Fill((byte)' ');
        output.Reserve(blanks + 1)[0] = (byte)'\n';
        output.Advance(blanks + 1);
    }

    private static int NumberLength(ReadOnlySpan<byte> json)
    {
        int end = json.IndexOfAnyExcept(InNumbers);
        return json[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9') ? end < 0 ? json.Length : end : 0;
    }

    private static bool TryWriteNumber(ReadOnlySpan<byte> number, Utf8Output output)
    {
        ReadOnlySpan<byte> digits = number.TrimStart((byte)'-');
        if (!digits.StartsWith("0.0000"u8) || digits[^1] == '0' || digits.ContainsAny((byte)'e', (byte)'E'))
            return false;
        ReadOnlySpan<byte> significant = digits[1..].TrimStart(".0"u8);
        if (significant.Length > MostDigits
            || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            return false;
        Span<byte> shortest = stackalloc byte[32];
        Span<byte> own = stackalloc byte[MostDigits];
        int mark = value.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture)
            ? shortest[..length].IndexOf((byte)'E')
            : -1;
        if (mark < 0)
            return false;
        int count = 0;
        foreach (byte b in shortest[..mark])
            if (char.IsAsciiDigit((char)b))
                own[count++] = b;
        if (!own[..count].SequenceEqual(significant))
            return false;
        FloatConverter.WriteRepr(shortest[..length], output);
        return true;
    }

    // The length of the JSON string that starts here, quotes included.
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
