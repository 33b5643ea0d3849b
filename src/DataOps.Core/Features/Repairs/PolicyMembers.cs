using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace DataOps.Core.Features.Repairs;

/// <summary>
/// Checks what is written in a policy against its records, so that a slip of the pen is named with what there is.
/// </summary>
internal static class PolicyMembers
{
    /// <summary>Checks an object and all that is in it.</summary>
    /// <param name="node">What is written.</param>
    /// <param name="type">Its record.</param>
    /// <param name="place">Where it stands, as <c>trees</c>; empty for the policy itself.</param>
    /// <exception cref="DataOpsException"><c>InvalidPolicy</c>: the first member that cannot be meant.</exception>
    public static void Check(JsonNode? node, JsonTypeInfo type, string place)
    {
        if (node is not JsonObject members)
            throw RepairPolicy.Invalid($"{(place.Length == 0 ? "it" : place)} is not an object");
        // A member that begins with $ is a note: the schema for editors, the place of a .psd1 file.
        foreach ((string name, JsonNode? value) in members.Where(m => !m.Key.StartsWith('$')))
        {
            JsonPropertyInfo known = type.Properties.FirstOrDefault(
                p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw RepairPolicy.Invalid(
                $"there is no member {name}{(place.Length == 0 ? "" : $" in {place}")}; there are "
                    + string.Join(", ", type.Properties.Select(p => p.Name)));
            CheckValue(value, known.PropertyType, place.Length == 0 ? known.Name : $"{place}.{known.Name}");
        }
    }

    private static void CheckValue(JsonNode? value, Type type, string place)
    {
        Type of = Nullable.GetUnderlyingType(type) ?? type;
        if (of.IsEnum)
            RequireOneOf(value, Enum.GetNames(of), place);
        else if (of == typeof(bool))
            Require(value is JsonValue b && b.TryGetValue(out bool _), $"{place} is not true or false");
        else if (of == typeof(string))
            Require(value is JsonValue t && t.TryGetValue(out string? _), $"{place} is not a text");
        else if (of.IsGenericType)
        {
            Require(value is JsonArray, $"{place} is not a list");
            int number = 0;
            foreach (JsonNode? item in value!.AsArray())
                CheckValue(item, of.GenericTypeArguments[0], $"{place}[{++number}]");
        }
        else
            Check(value, PolicyJson.Default.GetTypeInfo(of)!, place);
    }

    private static void RequireOneOf(JsonNode? value, string[] names, string place) => Require(
        value is JsonValue text && text.TryGetValue(out string? name)
            && names.Contains(name, StringComparer.OrdinalIgnoreCase),
        $"{place} is {value?.ToJsonString() ?? "null"}; there are {string.Join(", ", names)}");

    private static void Require(bool isMeant, string why)
    {
        if (!isMeant)
            throw RepairPolicy.Invalid(why);
    }
}
