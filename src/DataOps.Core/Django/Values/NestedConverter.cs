using System.Buffers.Binary;
using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// A type of several parts, which Django writes as a JSON text inside a string, made with Python's <c>json.dumps()</c>:
/// arrays,
/// hstore, ranges; read from plain JSON too.
/// </summary>
internal abstract class NestedConverter(SqlText? empty = null, IReadOnlyList<SqlText>? casts = null)
    : ValueConverter(empty, casts)
{
    private readonly Utf8Output _text = new();
    private readonly Utf8Output _part = new();

    public override void WriteJson(ReadOnlySpan<byte> field, Utf8Output output)
    {
        _text.Clear();
        Write(field, _text);
        output.WriteJsonString(_text.Written);
    }

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output) => WriteJson(field, output);

    public override string? ReadJson(ref Utf8JsonReader value, Utf8Output text)
    {
        if (value.TokenType != JsonTokenType.String)
        {
            Utf8JsonReader plain = value;
            // Where the caller's reader has to be, whatever is wrong inside.
            value.Skip();
            return Read(ref plain, text);
        }
        if (!JsonText.TryUnescape(ref value, new Utf8Output(), out ReadOnlySpan<byte> inner))
            return "not valid Unicode";
        if (!JsonText.IsValid(inner))
            return ReadText(inner, text);
        Utf8JsonReader reader = JsonText.Reader(inner);
        reader.Read();
        return Read(ref reader, text);
    }

    /// <summary>Writes the JSON text itself, ASCII only.</summary>
    protected abstract void Write(ReadOnlySpan<byte> field, Utf8Output text);

    /// <summary>Reads the value on which the reader stands; all of it is valid JSON.</summary>
    protected abstract string? Read(ref Utf8JsonReader value, Utf8Output text);

    /// <summary>Reads a string that is not JSON.</summary>
    protected abstract string? ReadText(ReadOnlySpan<byte> given, Utf8Output text);

    /// <summary>
    /// Reads an array's element or an hstore's key or value into PostgreSQL's quotes, and null as NULL.
    /// </summary>
    protected string? ReadQuoted(ValueConverter part, ref Utf8JsonReader value, Utf8Output text)
    {
        if (value.TokenType == JsonTokenType.Null)
        {
            text.Write("NULL"u8);
            return null;
        }
        _part.Clear();
        if (part.ReadJson(ref value, _part) is { } problem)
            return problem;
        WriteQuoted(_part.Written, text);
        return null;
    }

    /// <summary>
    /// Writes the text of an array's element, a range's end or an hstore's key in PostgreSQL's quotes.
    /// </summary>
    protected static void WriteQuoted(ReadOnlySpan<byte> element, Utf8Output text)
    {
        text.WriteByte((byte)'"');
        int special;
        while ((special = element.IndexOfAny((byte)'"', (byte)'\\')) >= 0)
        {
            text.Write(element[..special]);
            text.WriteByte((byte)'\\');
            text.WriteByte(element[special]);
            element = element[(special + 1)..];
        }
        text.Write(element);
        text.WriteByte((byte)'"');
    }
}

/// <summary>Reads the parts of a composed binary field (array, range, hstore) in order.</summary>
internal ref struct FieldCursor(ReadOnlySpan<byte> field)
{
    private ReadOnlySpan<byte> _rest = field;

    public byte ReadByte()
    {
        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public int ReadInt32()
    {
        int value = BinaryPrimitives.ReadInt32BigEndian(_rest);
        _rest = _rest[sizeof(int)..];
        return value;
    }

    /// <summary>A value with its length before it; false when NULL.</summary>
    public bool ReadValue(out ReadOnlySpan<byte> value)
    {
        int length = ReadInt32();
        value = _rest[..Math.Max(length, 0)];
        _rest = _rest[value.Length..];
        return length >= 0;
    }
}
