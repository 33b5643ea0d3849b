using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>A range: Django's object, a plain array of its two ends, or PostgreSQL's own text.</summary>
internal sealed class RangeDecoder(JsonToPg end) : NestedJsonDecoder
{
    private const string Wrong = "not a range";

    private readonly Utf8Output _lower = new();
    private readonly Utf8Output _upper = new();

    internal override string? Decode(ref Utf8JsonReader value, Utf8Output text)
    {
        // [1,5] in a string is a range that holds 5; as JSON it would be an array whose range does not.
        if (value.TokenType == JsonTokenType.String && value.ValueSpan.StartsWith("["u8))
            return JsonText.TryUnescape(ref value, new Utf8Output(), out ReadOnlySpan<byte> given) ? DecodeText(given, text) : Wrong;
        return base.Decode(ref value, text);
    }

    protected override string? DecodeJson(ref Utf8JsonReader value, Utf8Output text)
    {
        _lower.Clear();
        _upper.Clear();
        return value.TokenType switch
        {
            JsonTokenType.StartObject => DecodeObject(ref value, text),
            JsonTokenType.StartArray => DecodeArray(ref value, text),
            _ => Wrong,
        };
    }

    protected override string? DecodeText(ReadOnlySpan<byte> given, Utf8Output text)
    {
        bool hasBounds = given.Length >= 3 && given[0] is (byte)'[' or (byte)'(' && given[^1] is (byte)']' or (byte)')';
        bool isRange = given.SequenceEqual("empty"u8) || (hasBounds && given.Contains((byte)',') && !given.Contains((byte)0));
        if (isRange)
            text.Write(given);
        return isRange ? null : Wrong;
    }

    private string? DecodeObject(ref Utf8JsonReader value, Utf8Output text)
    {
        string bounds = "[)";
        while (value.Read() && value.TokenType == JsonTokenType.PropertyName)
        {
            string? name = value.GetString();
            value.Read();
            string? problem = null;
            if (name == "empty" && value.TokenType == JsonTokenType.True)
            {
                text.Write("empty"u8);
                return null;
            }
            if (name == "bounds" && value.TokenType == JsonTokenType.String && value.GetString() is "[)" or "[]" or "()" or "(]")
                bounds = value.GetString()!;
            else if (name is "lower" or "upper")
                problem = DecodeNamedEnd(ref value, name == "lower" ? _lower : _upper);
            else
                problem = Wrong;
            if (problem is not null)
                return problem;
        }
        Write(bounds, text);
        return null;
    }

    private string? DecodeArray(ref Utf8JsonReader value, Utf8Output text)
    {
        int ends = 0;
        for (; value.Read() && value.TokenType != JsonTokenType.EndArray; ends++)
        {
            if (ends == 2)
                return Wrong;
            if (DecodeEnd(ref value, ends == 0 ? _lower : _upper) is { } problem)
                return problem;
        }
        if (ends != 2)
            return Wrong;
        Write("[)", text);
        return null;
    }

    // Of a name that repeats, the last one counts.
    private string? DecodeNamedEnd(ref Utf8JsonReader value, Utf8Output text)
    {
        text.Clear();
        return DecodeEnd(ref value, text);
    }

    private string? DecodeEnd(ref Utf8JsonReader value, Utf8Output text)
    {
        if (value.TokenType == JsonTokenType.Null)
            return null;
        return end.Decode(ref value, text) is { } problem ? "an end is " + problem : null;
    }

    // No text between bound and comma: no end.
    private void Write(string bounds, Utf8Output text)
    {
        text.WriteByte((byte)bounds[0]);
        if (_lower.Position > 0)
            WriteQuoted(_lower.Written, text);
        text.WriteByte((byte)',');
        if (_upper.Position > 0)
            WriteQuoted(_upper.Written, text);
        text.WriteByte((byte)bounds[1]);
    }
}
