using System.Text.Json;

namespace DataOps.Core.Definitions;

/// <summary>A parameter of a dataset.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its values are.</param>
/// <param name="IsList">Whether it takes any number of them.</param>
/// <param name="Default">Its value without an argument; null when it needs one.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record DefinitionParameter(
    string Name, ValueType Type, bool IsList, PlacedJson? Default, JsonPlace Place)
{
    /// <summary>As a person reads it: <c>ids integer[]</c>, in brackets where it can be left out.</summary>
    public string Described =>
        Default is null ? $"{Name} {Type.Name}{(IsList ? "[]" : "")}" : $"[{Name} {Type.Name}{(IsList ? "[]" : "")}]";

    /// <summary>A value of its type, for checking what it is compared with.</summary>
    public PlacedJson Sample
    {
        get
        {
            (JsonValueKind kind, string text) = Type.Name switch
            {
                "integer" or "number" => (JsonValueKind.Number, "1"),
                "boolean" => (JsonValueKind.True, ""),
                "date" or "datetime" => (JsonValueKind.String, "2000-01-01"),
                "time" => (JsonValueKind.String, "00:00"),
                "uuid" => (JsonValueKind.String, Guid.Empty.ToString()),
                _ => (JsonValueKind.String, "1"),
            };
            PlacedJson value = PlacedJson.OfText(text, Place) with { Kind = kind };
            return Default ?? (IsList ? PlacedJson.OfList([value], Place) : value);
        }
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="DataOpsException">Something is wrong with it.</exception>
    public static DefinitionParameter Read(PlacedJson json)
    {
        DefinitionFields fields = new(json, "a parameter", "name", "type", "default", "required", "description");
        string type = fields.Text("type") ?? "text";
        bool isList = type.EndsWith("[]", StringComparison.Ordinal);
        ValueType values = ValueType.OfParameters.FirstOrDefault(t => t.Name == (isList ? type[..^2] : type))
            ?? throw DefinitionError.At(
                json.Place, $"there is no type \"{type}\".",
                $"Types: {string.Join(", ", ValueType.OfParameters.Select(t => t.Name))}, and lists: integer[].");
        PlacedJson? initial = json["default"];
        bool isRequired = fields.Flag("required") ?? initial is null;
        if (isRequired && initial is not null)
            throw DefinitionError.At(initial.Place, "a parameter with a default is not required.");
        if (!isRequired && initial is null)
            throw DefinitionError.At(json.Place, "a parameter that is not required needs a default.");
        DefinitionParameter parameter = new(fields.Required("name"), values, isList, initial, json.Place);
        if (initial is not null)
            parameter.Check(initial);
        return parameter;
    }

    /// <summary>Refuses a value of another type.</summary>
    /// <exception cref="DataOpsException">It is none of its values.</exception>
    public void Check(PlacedJson value)
    {
        if (IsList && value.Kind != JsonValueKind.Array)
            throw DefinitionError.At(
                value.Place, $"{Name} is a list, not {value.Described}.", id: ErrorIds.InvalidValue);
        foreach (PlacedJson item in IsList ? value.Items : [value])
            Type.TextOf(item, "UTC");
    }
}
