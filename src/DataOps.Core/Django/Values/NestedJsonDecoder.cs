using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>A type that Django writes as a JSON text inside a string, and that is taken as plain JSON too: arrays, hstore, ranges.</summary>
internal abstract class NestedJsonDecoder : JsonToPg
{
    internal override string? Decode(ref Utf8JsonReader value, Utf8Output text)
    {
        if (value.TokenType != JsonTokenType.String)
        {
            Utf8JsonReader plain = value;
            // Where the caller's reader has to be, whatever is wrong inside.
            value.Skip();
            return DecodeJson(ref plain, text);
        }
        if (!JsonText.TryUnescape(ref value, new Utf8Output(), out ReadOnlySpan<byte> inner))
            return "not valid Unicode";
        return JsonText.IsValid(inner) ? DecodeInner(inner, text) : DecodeText(inner, text);
    }

    /// <summary>Decodes the value on which the reader stands; all of it is valid JSON.</summary>
    protected abstract string? DecodeJson(ref Utf8JsonReader value, Utf8Output text);

    /// <summary>Decodes a string that is not JSON.</summary>
    protected abstract string? DecodeText(ReadOnlySpan<byte> given, Utf8Output text);

    /// <summary>Writes the text of an array's element, a range's end or an hstore's key in PostgreSQL's quotes.</summary>
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

    private string? DecodeInner(ReadOnlySpan<byte> json, Utf8Output text)
    {
        Utf8JsonReader reader = JsonText.Reader(json);
        reader.Read();
        return DecodeJson(ref reader, text);
    }
}
