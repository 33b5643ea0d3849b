using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>json and jsonb.</summary>
/// <remarks>
/// A string that is the text of StreamField blocks is stored as these blocks, as Wagtail does; any other string stays a JSON string, unless it is said
/// otherwise.
/// </remarks>
internal sealed class JsonDecoder : JsonToPg
{
    private readonly Utf8Output _unescaped = new();
    private bool? _isStreamField;

    protected override bool HasNull => true;

    /// <summary>Says whether texts are the JSON of a StreamField; null when each text tells.</summary>
    public void ReadTextsAs(bool? streamField) => _isStreamField = streamField;

    internal override string? Decode(ref Utf8JsonReader value, Utf8Output text)
    {
        if (_isStreamField == false || value.TokenType != JsonTokenType.String || !JsonText.TryUnescape(ref value, _unescaped, out ReadOnlySpan<byte> inner))
            return JsonText.Copy(ref value, text);
        if (_isStreamField is null && !StreamValue.Is(inner))
            return JsonText.Copy(ref value, text);
        if (_isStreamField == true && !JsonText.IsValid(inner))
            return "not the JSON text of a StreamField";
        Utf8JsonReader json = JsonText.Reader(inner);
        json.Read();
        return JsonText.Copy(ref json, text);
    }
}
