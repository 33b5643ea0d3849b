using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// Ranges as Django's range fields write them: <c>{"bounds": "[)", "lower": "1", "upper": "5"}</c> or <c>{"empty":
/// true}</c>,
/// in a string; read from a plain array of two ends and from PostgreSQL's own text too.
/// </summary>
/// <param name="end">The ends' type; PostgreSQL's text is read where it has no binary form that is.</param>
internal sealed class RangeConverter(ValueConverter end) : NestedConverter(casts: end.Casts.Count > 0 ? [$"text"] : [])
{
    private const int IsEmpty = 1;
    private const int LowerIncluded = 2;
    private const int UpperIncluded = 4;
    private const int LowerInfinite = 8;
    private const int UpperInfinite = 16;
    private const string Wrong = "not a range";

    private readonly Utf8Output _lower = new();
    private readonly Utf8Output _upper = new();

    public override void WriteJson(ReadOnlySpan<byte> field, Utf8Output output)
    {
        if (Casts.Count > 0)
            output.WriteJsonString(field);
        else
            base.WriteJson(field, output);
    }

    public override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output)
    {
        if (Casts.Count > 0)
            output.WriteAsciiJsonString(field);
        else
            base.WriteJson(field, output);
    }

    public override string? ReadJson(ref Utf8JsonReader value, Utf8Output text)
    {
        // [1,5] in a string is a range that holds 5; as JSON it would be an array whose range does not.
        if (value.TokenType == JsonTokenType.String && value.ValueSpan.StartsWith("["u8))
            return JsonText.TryUnescape(ref value, new Utf8Output(), out ReadOnlySpan<byte> given)
                ? ReadText(given, text)
                : Wrong;
        return base.ReadJson(ref value, text);
    }

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output text)
    {
        FieldCursor cursor = new(field);
        int flags = cursor.ReadByte();
        if ((flags & IsEmpty) != 0)
        {
            text.Write("""{"empty": true}"""u8);
            return;
        }
        text.Write("{\"bounds\": \""u8);
        text.WriteByte((flags & LowerIncluded) != 0 ? (byte)'[' : (byte)'(');
        text.WriteByte((flags & UpperIncluded) != 0 ? (byte)']' : (byte)')');
        text.Write("\", \"lower\": "u8);
        WriteEnd((flags & LowerInfinite) != 0, ref cursor, text);
        text.Write(", \"upper\": "u8);
        WriteEnd((flags & UpperInfinite) != 0, ref cursor, text);
        text.WriteByte((byte)'}');
    }

    protected override string? Read(ref Utf8JsonReader value, Utf8Output text)
    {
        _lower.Clear();
        _upper.Clear();
        return value.TokenType switch
        {
            JsonTokenType.StartObject => ReadObject(ref value, text),
            JsonTokenType.StartArray => ReadArray(ref value, text),
            _ => Wrong,
        };
    }

    protected override string? ReadText(ReadOnlySpan<byte> given, Utf8Output text)
    {
        bool hasBounds = given.Length >= 3 && given[0] is (byte)'[' or (byte)'(' && given[^1] is (byte)']' or (byte)')';
        bool isRange = given.SequenceEqual("empty"u8)
            || (hasBounds && given.Contains((byte)',') && !given.Contains((byte)0));
        if (isRange)
            text.Write(given);
        return isRange ? null : Wrong;
    }

    private void WriteEnd(bool infinite, ref FieldCursor cursor, Utf8Output text)
    {
        if (!infinite && cursor.ReadValue(out ReadOnlySpan<byte> value))
            end.WriteElement(value, text);
        else
            text.Write("null"u8);
    }

    private string? ReadObject(ref Utf8JsonReader value, Utf8Output text)
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
            if (name == "bounds" && value.TokenType == JsonTokenType.String
                && value.GetString() is "[)" or "[]" or "()" or "(]")
                bounds = value.GetString()!;
            else if (name is "lower" or "upper")
                problem = ReadEnd(ref value, name == "lower" ? _lower : _upper);
            else
                problem = Wrong;
            if (problem is not null)
                return problem;
        }
        WriteRange(bounds, text);
        return null;
    }

    private string? ReadArray(ref Utf8JsonReader value, Utf8Output text)
    {
        int ends = 0;
        for (; value.Read() && value.TokenType != JsonTokenType.EndArray; ends++)
        {
            if (ends == 2)
                return Wrong;
            if (ReadEnd(ref value, ends == 0 ? _lower : _upper) is { } problem)
                return problem;
        }
        if (ends != 2)
            return Wrong;
        WriteRange("[)", text);
        return null;
    }

    // Of a name that repeats, the last one counts.
    private string? ReadEnd(ref Utf8JsonReader value, Utf8Output text)
    {
        text.Clear();
        if (value.TokenType == JsonTokenType.Null)
            return null;
        return end.ReadJson(ref value, text) is { } problem ? "an end is " + problem : null;
    }

    // No text between bound and comma: no end.
    private void WriteRange(string bounds, Utf8Output text)
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

/// <summary>Multiranges, for which Django has no field: written as arrays of their ranges.</summary>
internal sealed class MultirangeConverter(RangeConverter range) : NestedConverter(casts: range.Casts)
{
    private const string Wrong = "not an array of ranges";

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output text)
    {
        FieldCursor cursor = new(field);
        text.WriteByte((byte)'[');
        for (int i = 0, count = cursor.ReadInt32(); i < count && cursor.ReadValue(out ReadOnlySpan<byte> value); i++)
        {
            if (i > 0)
                text.Write(", "u8);
            range.WriteElement(value, text);
        }
        text.WriteByte((byte)']');
    }

    protected override string? Read(ref Utf8JsonReader value, Utf8Output text)
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
            if (range.ReadJson(ref value, text) is { } problem)
                return "element " + problem;
        }
        text.WriteText(separator == "{" ? "{}" : "}");
        return null;
    }

    protected override string? ReadText(ReadOnlySpan<byte> given, Utf8Output text) => Wrong;
}
