using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// An array. Where the number of dimensions is unknown, elements that are texts of arrays again are inner arrays: as Django writes them, all of one length and
/// with strings inside.
/// </summary>
/// <param name="element">Decodes its elements.</param>
/// <param name="dimensions">How many dimensions it has; null when unknown.</param>
internal sealed class ArrayDecoder(JsonToPg element, int? dimensions = null) : NestedJsonDecoder
{
    private readonly Utf8Output _element = new();
    private readonly ArrayDecoder? _inner = dimensions > 1 ? new ArrayDecoder(element, dimensions - 1) : null;

    protected override string? DecodeJson(ref Utf8JsonReader value, Utf8Output text)
    {
        if (value.TokenType != JsonTokenType.StartArray)
            return "not an array";
        bool isNested = dimensions is null && element is not JsonDecoder && HoldsArrays(value);
        string separator = "{";
        while (value.Read() && value.TokenType != JsonTokenType.EndArray)
        {
            text.WriteText(separator);
            separator = ",";
            if (DecodeElement(ref value, isNested, text) is { } problem)
                return "element " + problem;
        }
        text.WriteText(separator == "{" ? "{}" : "}");
        return null;
    }

    protected override string? DecodeText(ReadOnlySpan<byte> given, Utf8Output text) => "not an array";

    private string? DecodeElement(ref Utf8JsonReader value, bool isNested, Utf8Output text)
    {
        if (value.TokenType == JsonTokenType.Null)
        {
            text.Write("NULL"u8);
            return null;
        }
        if (_inner is not null)
            return _inner.Decode(ref value, text);
        if (isNested)
            return Decode(ref value, text);
        if (value.TokenType == JsonTokenType.StartArray && element is not (JsonDecoder or RangeDecoder))
            return DecodeJson(ref value, text);
        _element.Clear();
        if (element.Decode(ref value, _element) is { } problem)
            return problem;
        WriteQuoted(_element.Written, text);
        return null;
    }

    private static bool HoldsArrays(Utf8JsonReader array)
    {
        int? length = null;
        while (array.Read() && array.TokenType != JsonTokenType.EndArray)
        {
            if (array.TokenType != JsonTokenType.String || !JsonText.TryUnescape(ref array, new Utf8Output(), out ReadOnlySpan<byte> inner))
                return false;
            int members = StringsInArray(inner);
            if (members <= 0 || members != (length ?? members))
                return false;
            length = members;
        }
        return length is not null;
    }

    // How many members the text of a JSON array has, provided that all are strings or null; -1 for anything else.
    private static int StringsInArray(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("["u8) || !JsonText.IsValid(text))
            return -1;
        int members = 0;
        Utf8JsonReader reader = JsonText.Reader(text);
        reader.Read();
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; members++)
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                return -1;
        }
        return members;
    }
}
