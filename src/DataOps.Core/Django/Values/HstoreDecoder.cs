using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>An hstore; values that are not strings become their text, as Django has it.</summary>
internal sealed class HstoreDecoder : NestedJsonDecoder
{
    private readonly ScalarDecoder _member = ScalarDecoder.Text(null);
    private readonly Utf8Output _text = new();

    protected override string? DecodeJson(ref Utf8JsonReader value, Utf8Output text)
    {
        if (value.TokenType != JsonTokenType.StartObject)
            return "not an object of keys and texts";
        string separator = "";
        while (value.Read() && value.TokenType == JsonTokenType.PropertyName)
        {
            text.WriteText(separator);
            separator = ", ";
            if (DecodeMember(ref value, text) is { } problem)
                return "a key or value is " + problem;
        }
        return null;
    }

    protected override string? DecodeText(ReadOnlySpan<byte> given, Utf8Output text) => "not an object of keys and texts";

    private string? DecodeMember(ref Utf8JsonReader value, Utf8Output text)
    {
        _text.Clear();
        if (_member.Decode(ref value, _text) is { } wrongKey)
            return wrongKey;
        WriteQuoted(_text.Written, text);
        text.Write("=>"u8);
        value.Read();
        if (value.TokenType == JsonTokenType.Null)
        {
            text.Write("NULL"u8);
            return null;
        }
        _text.Clear();
        if (_member.Decode(ref value, _text) is { } wrongValue)
            return wrongValue;
        WriteQuoted(_text.Written, text);
        return null;
    }
}
