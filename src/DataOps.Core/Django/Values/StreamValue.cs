using System.Text.Json;

namespace DataOps.Core.Django.Values;

/// <summary>Recognises the JSON that Wagtail's StreamField stores: an array, maybe empty, of objects that have a type and a value.</summary>
internal static class StreamValue
{
    /// <summary>Whether a text is the JSON of StreamField blocks.</summary>
    public static bool Is(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> start = text.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty || start[0] != '[')
            return false;
        try
        {
            Utf8JsonReader reader = JsonText.Reader(text);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                if (!IsBlock(ref reader))
                    return false;
            }
            return reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == 0 && !reader.Read();
        }
        catch (JsonException)
        {
            // Any text may start with a bracket.
            return false;
        }
    }

    private static bool IsBlock(ref Utf8JsonReader reader)
    {
        bool hasType = false;
        bool hasValue = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            hasType |= reader.ValueTextEquals("type"u8);
            hasValue |= reader.ValueTextEquals("value"u8);
            reader.Read();
            reader.Skip();
        }
        return hasType && hasValue;
    }
}
