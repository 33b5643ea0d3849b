using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>A natural key of a fixture, a JSON list, as PostgreSQL's text of a list of texts.</summary>
internal static class NaturalKeyText
{
    /// <summary>Writes the key on whose bracket the reader stands; returns what is wrong with it, or null.</summary>
    public static string? Write(ref Utf8JsonReader key, Utf8Output text)
    {
        text.WriteByte((byte)'{');
        for (int i = 0; key.Read() && key.TokenType != JsonTokenType.EndArray; i++)
        {
            if (i > 0)
                text.WriteByte((byte)',');
            switch (key.TokenType)
            {
                case JsonTokenType.String when key.GetString()!.Contains('\0'):
                    return "a natural key with a NUL character, which PostgreSQL stores in no text";
                case JsonTokenType.String:
                    WriteQuoted(key.GetString()!, text);
                    break;
                case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                    text.Write(key.ValueSpan);
                    break;
                case JsonTokenType.Null:
                    text.Write("NULL"u8);
                    break;
                default:
                    return "not a natural key";
            }
        }
        text.WriteByte((byte)'}');
        return null;
    }

    private static void WriteQuoted(string value, Utf8Output text)
    {
        text.WriteByte((byte)'"');
        text.WriteText(value.Replace("\\", "\\\\").Replace("\"", "\\\""));
        text.WriteByte((byte)'"');
    }
}
