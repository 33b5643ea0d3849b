using System.Text.Json;
using System.Text.Unicode;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>A type whose value is one JSON token.</summary>
internal sealed class ScalarDecoder(FieldRule rule) : JsonToPg
{
    private readonly Utf8Output _unescaped = new();

    /// <summary>The decoder of types that take any text, up to so many characters.</summary>
    public static ScalarDecoder Text(int? length) => new((given, text) => CheckText(given, length, text));

    internal override string? Decode(ref Utf8JsonReader value, Utf8Output text)
    {
        switch (value.TokenType)
        {
            case JsonTokenType.String or JsonTokenType.PropertyName:
                return JsonText.TryUnescape(ref value, _unescaped, out ReadOnlySpan<byte> given) ? rule(given, text) : "not valid Unicode";
            case JsonTokenType.Number:
                return rule(value.ValueSpan, text);
            case JsonTokenType.True:
                return rule("True"u8, text);
            case JsonTokenType.False:
                return rule("False"u8, text);
            default:
                value.Skip();
                return "not a single value";
        }
    }

    private static string? CheckText(ReadOnlySpan<byte> given, int? length, Utf8Output text)
    {
        if (given.Contains((byte)0))
            return "holds a NUL character, which PostgreSQL cannot store";
        if (!Utf8.IsValid(given))
            return "not valid Unicode";
        // PostgreSQL cuts off blanks beyond the length.
        if (length is { } most && given.Length > most && Characters(given) > most && Characters(given.TrimEnd((byte)' ')) > most)
            return $"longer than {most} characters";
        text.Write(given);
        return null;
    }

    private static int Characters(ReadOnlySpan<byte> utf8)
    {
        int characters = 0;
        foreach (byte b in utf8)
            characters += (b & 0xC0) != 0x80 ? 1 : 0;
        return characters;
    }
}
