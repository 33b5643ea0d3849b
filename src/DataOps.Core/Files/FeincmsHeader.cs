using System.Text.Json;
using DataOps.Core.Definitions;

namespace DataOps.Core.Files;

/// <summary>
/// What stands before the objects in a file of feincms3-data: its version, and the specs that f3loaddata and
/// Import-Dataset follow.
/// </summary>
internal static class FeincmsHeader
{
    /// <summary>The member that says of which moment the rows are; f3loaddata reads the other three alone.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>Writes it, as Python does.</summary>
    /// <param name="specs">The specs.</param>
    /// <param name="snapshot">The moment of which the rows are, by the server's clock.</param>
    /// <exception cref="DataOpsException">A filter has more in it than look-ups.</exception>
    public static string Text(IEnumerable<DatasetSpec> specs, DateTime snapshot) =>
        $"{{\"version\": 1, \"specs\": [{string.Join(", ", specs.Select(Text))}], "
        + $"\"{Snapshot}\": \"{snapshot:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\", \"objects\": ";

    private static string Text(DatasetSpec spec)
    {
        List<string> members = [$"\"model\": {JsonName.Quoted(spec.Model)}"];
        if (!spec.Filter.IsEverything)
            members.Add(
                $"\"filter\": {{{string.Join(", ", Lookups(spec).Select(Text))}}}");
        if (spec.Map.Count == 0)
            AddFlag(members, "delete_missing", spec.DeleteMissing);
        else
            members.Add($"\"delete_missing\": {{\"map\": [{string.Join(", ", spec.Map.Select(Text))}]}}");
        AddNames(members, "ignore_missing_m2m", spec.IgnoreMissingM2m);
        AddFlag(members, "save_as_new", spec.SaveAsNew);
        AddFlag(members, "force_insert", spec.ForceInsert);
        AddNames(members, "defer_values", spec.DeferValues);
        return $"{{{string.Join(", ", members)}}}";
    }

    private static string Text((string Lookup, string Model) pair) =>
        $"[{JsonName.Quoted(pair.Lookup)}, {JsonName.Quoted(pair.Model)}]";

    private static string Text(Lookup lookup) => $"{JsonName.Quoted(lookup.Path)}: {Text(lookup.Value)}";

    private static IReadOnlyList<Lookup> Lookups(DatasetSpec spec) => spec.Lookups ?? throw DefinitionError.At(
        spec.Place ?? new JsonPlace(null, spec.Model, 1),
        "a file of feincms3-data holds look-ups only, and the filter has more in it.",
        "Write it as JSON, or give the filter look-ups only.", ErrorIds.InvalidFilter);

    private static void AddFlag(List<string> members, string name, bool isSet)
    {
        if (isSet)
            members.Add($"\"{name}\": true");
    }

    private static void AddNames(List<string> members, string name, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
            members.Add($"\"{name}\": [{string.Join(", ", names.Select(JsonName.Quoted))}]");
    }

    /// <summary>A value as JSON.</summary>
    public static string Text(PlacedJson value) => value.Kind switch
    {
        JsonValueKind.Array => $"[{string.Join(", ", value.Items.Select(Text))}]",
        JsonValueKind.String => JsonName.Quoted(value.Text),
        JsonValueKind.Number => value.Text,
        _ => value.Described,
    };
}
