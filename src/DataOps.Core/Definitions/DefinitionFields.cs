using System.Text.Json;

namespace DataOps.Core.Definitions;

/// <summary>The members of an object of a definition, each known by its name.</summary>
internal sealed class DefinitionFields
{
    private readonly PlacedJson _json;
    private readonly string _what;

    /// <exception cref="DataOpsException">It is no object, or has a member of another name.</exception>
    public DefinitionFields(PlacedJson json, string what, params string[] known)
    {
        (_json, _what) = (json, what);
        if (json.Kind != JsonValueKind.Object)
            throw DefinitionError.At(json.Place, $"{what} is an object, not {json.Described}.");
        foreach ((string name, PlacedJson value) in json.Members)
            if (!known.Contains(name))
                throw DefinitionError.At(
                    value.Place, $"{what} has no \"{name}\".", $"It has: {string.Join(", ", known)}.");
    }

    /// <summary>A text that has to be there.</summary>
    public string Required(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw DefinitionError.At(_json.Place, $"{_what} needs \"{name}\".");

    /// <summary>A text; null when it is not there.</summary>
    public string? Text(string name) => _json[name] is not { } value ? null
        : value.Kind == JsonValueKind.String
            ? value.Text
            : throw DefinitionError.At(value.Place, $"\"{name}\" is a text, not {value.Described}.");

    /// <summary>True or false; null when it is not there.</summary>
    public bool? Flag(string name) => _json[name]?.Kind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw DefinitionError.At(
            _json[name]!.Place, $"\"{name}\" is true or false, not {_json[name]!.Described}."),
    };

    /// <summary>A whole number; null when it is not there.</summary>
    public int? Number(string name, int least, int most) => _json[name] is not { } value ? null
        : value.Kind == JsonValueKind.Number && int.TryParse(value.Text, out int number)
            && number >= least && number <= most
            ? number
            : throw DefinitionError.At(
                value.Place, $"\"{name}\" is a number from {least} to {most}, not {value.Described}.");

    /// <summary>A list; one alone is a list of one, as PowerShell unwraps lists.</summary>
    public IReadOnlyList<PlacedJson> List(string name) =>
        _json[name] is not { } value ? [] : value.Kind == JsonValueKind.Array ? value.Items : [value];

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        [.. List(name)
            .Select(v => v.Kind == JsonValueKind.String
                ? v.Text
                : throw DefinitionError.At(v.Place, $"\"{name}\" holds texts, not {v.Described}."))];
}
