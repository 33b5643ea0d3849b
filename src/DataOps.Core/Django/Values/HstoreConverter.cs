using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// hstore as Django writes it: <c>{"k": "v", "n": null}</c>, in a string; values that are not strings become their
/// text.
/// </summary>
internal sealed class HstoreConverter() : NestedConverter($"''")
{
    private readonly TextConverter _member = new();

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output text)
    {
        FieldCursor cursor = new(field);
        text.WriteByte((byte)'{');
        for (int i = 0, count = cursor.ReadInt32(); i < count && cursor.ReadValue(out ReadOnlySpan<byte> key); i++)
        {
            if (i > 0)
                text.Write(", "u8);
            text.WriteAsciiJsonString(key);
            text.Write(": "u8);
            if (cursor.ReadValue(out ReadOnlySpan<byte> value))
                text.WriteAsciiJsonString(value);
            else
                text.Write("null"u8);
        }
        text.WriteByte((byte)'}');
    }

    protected override string? Read(ref Utf8JsonReader value, Utf8Output text)
    {
        if (value.TokenType != JsonTokenType.StartObject)
            return "not an object of keys and texts";
        string separator = "";
        while (value.Read() && value.TokenType == JsonTokenType.PropertyName)
        {
            text.WriteText(separator);
            separator = ", ";
            if (ReadMember(ref value, text) is { } problem)
                return "a key or value is " + problem;
        }
        return null;
    }

    protected override string? ReadText(ReadOnlySpan<byte> given, Utf8Output text) => "not an object of keys and texts";

    private string? ReadMember(ref Utf8JsonReader value, Utf8Output text)
    {
        if (ReadQuoted(_member, ref value, text) is { } wrongKey)
            return wrongKey;
        text.Write("=>"u8);
        value.Read();
        return ReadQuoted(_member, ref value, text);
    }
}
