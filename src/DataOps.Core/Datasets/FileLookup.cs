using System.Text.Json;

namespace DataOps.Core.Datasets;

/// <summary>One of Django's look-ups, as <c>question__in</c>, with the texts of its values.</summary>
/// <param name="Path">The whole look-up.</param>
/// <param name="Values">Its values; null for JSON's null.</param>
/// <param name="IsList">Whether it came with a list.</param>
internal sealed record FileLookup(string Path, IReadOnlyList<string?> Values, bool IsList)
{
    /// <summary>Reads one; null where its value is none that a look-up takes.</summary>
    public static FileLookup? Parse(string path, JsonElement value)
    {
        bool isList = value.ValueKind == JsonValueKind.Array;
        JsonElement[] all = isList ? [.. value.EnumerateArray()] : [value];
        return all.Any(v => v.ValueKind is JsonValueKind.Object or JsonValueKind.Array) ? null : new FileLookup(path, [.. all.Select(Text)], isList);
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
