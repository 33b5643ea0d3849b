using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>A multirange: an array of ranges.</summary>
internal sealed class MultirangeDecoder(RangeDecoder range) : NestedJsonDecoder
{
    private const string Wrong = "not an array of ranges";

    protected override string? DecodeJson(ref Utf8JsonReader value, Utf8Output text)
    {
        if (value.TokenType != JsonTokenType.StartArray)
            return Wrong;
        string separator = "{";
        while (value.Read() && value.TokenType != JsonTokenType.EndArray)
        {
            text.WriteText(separator);
            separator = ",";
            if (value.TokenType == JsonTokenType.Null)
                return Wrong;
            if (range.Decode(ref value, text) is { } problem)
                return "element " + problem;
        }
        text.WriteText(separator == "{" ? "{}" : "}");
        return null;
    }

    protected override string? DecodeText(ReadOnlySpan<byte> given, Utf8Output text) => Wrong;
}
