using System.Text.Json;

namespace DataOps.Core.Rows;

/// <summary>json and jsonb.</summary>
/// <remarks>A string that is the text of StreamField blocks is stored as these blocks, as Wagtail does; any other string stays a JSON string.</remarks>
internal sealed class JsonDecoder : FieldDecoder
{
    private readonly Utf8Output _unescaped = new();

    protected override bool HasNull => true;

    internal override string? Decode(ref Utf8JsonReader value, Utf8Output text)
    {
        if (value.TokenType == JsonTokenType.String && JsonText.TryUnescape(ref value, _unescaped, out ReadOnlySpan<byte> inner) && StreamValue.Is(inner))
        {
            Utf8JsonReader blocks = JsonText.Reader(inner);
            blocks.Read();
            return JsonText.Copy(ref blocks, text);
        }
        return JsonText.Copy(ref value, text);
    }
}
