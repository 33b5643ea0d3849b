using System.Text.Json;
using DataOps.Core.Django.Values;

namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>What a field's values look like.</summary>
[Flags]
internal enum FieldKind
{
    /// <summary>There is none but null.</summary>
    None = 0,

    /// <summary>A whole number or a UUID: it may be a key.</summary>
    Key = 1,

    /// <summary>A list that starts with a text: it may be a natural key.</summary>
    Natural = 2,

    /// <summary>A list of keys or of natural keys.</summary>
    List = 4,

    /// <summary>Anything else.</summary>
    Other = 8,
}

/// <summary>Tells kinds of values.</summary>
internal static class FieldKinds
{
    /// <summary>The kind of a JSON value.</summary>
    public static FieldKind Of(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = JsonText.Reader(json);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return FieldKind.None;
        if (reader.TokenType != JsonTokenType.StartArray)
            return IsKey(ref reader) ? FieldKind.Key : FieldKind.Other;
        bool isNatural = false;
        for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            isNatural |= i == 0 && reader.TokenType == JsonTokenType.String && !IsKey(ref reader);
            if (reader.TokenType == JsonTokenType.StartObject
                || !(isNatural || reader.TokenType == JsonTokenType.StartArray || IsKey(ref reader)))
                return FieldKind.Other;
            reader.Skip();
        }
        return isNatural ? FieldKind.Natural : FieldKind.List;
    }

    private static bool IsKey(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.ValueSpan.IndexOfAny(".eE"u8) < 0,
        // XML writes numbers as texts.
        JsonTokenType.String => IsNumber(reader.ValueSpan) || KeyHash.TryUuid(reader.ValueSpan, out _),
        _ => false,
    };

    private static bool IsNumber(ReadOnlySpan<byte> text) =>
        !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
