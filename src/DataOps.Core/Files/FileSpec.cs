using System.Text.Json;
using DataOps.Core.Definitions;

namespace DataOps.Core.Files;

/// <summary>What a file of feincms3-data says about the rows of one model.</summary>
/// <param name="Spec">The spec.</param>
internal sealed record FileSpec(DatasetSpec Spec)
{
    /// <summary>The look-ups of its filter.</summary>
    public IReadOnlyList<Lookup> Lookups => Spec.Lookups ?? [];

    /// <summary>Reads a file's specs.</summary>
    /// <param name="specs">The list.</param>
    /// <exception cref="DataOpsException">One of them is no spec, or they contradict each other.</exception>
    public static IReadOnlyList<FileSpec> ReadAll(PlacedJson specs)
    {
        FileSpec[] all = [.. specs.Items.Select(Read)];
        FileSpec? twice = all.GroupBy(s => s.Spec.Model).FirstOrDefault(
            g => g.Select(s => s.Spec.SaveAsNew).Distinct().Count() > 1)?.Last();
        return twice is null
            ? all
            : throw Invalid(twice.Spec.Place!, $"specs of {twice.Spec.Model} contradict each other in save_as_new.");
    }

    /// <summary>The failure to throw where a spec makes no sense.</summary>
    public static DataOpsException Invalid(JsonPlace place, string reason) =>
        DefinitionError.At(place, reason + " Nothing was loaded.",
            "Correct the dataset's specs where it is defined, and export it again.", ErrorIds.InvalidSpec);

    private static FileSpec Read(PlacedJson json)
    {
        if (json.Kind != JsonValueKind.Object)
            throw Invalid(json.Place, $"a spec is an object, not {json.Described}.");
        string model = json["model"] is { Kind: JsonValueKind.String } label
            ? label.Text.ToLowerInvariant()
            : throw Invalid(json.Place, "a spec has a \"model\", a text.");
        DatasetSpec spec = new(model, Filter.Everything) { Place = json.Place };
        List<(string, string)> map = [];
        foreach ((string name, PlacedJson value) in json.Members)
        {
            spec = name switch
            {
                "model" => spec,
                "filter" => spec with { Filter = FilterOf(value) },
                "delete_missing" =>
                    spec with { DeleteMissing = value.Kind == JsonValueKind.Object
                    ? ReadMap(value, map)
                    : Flag(value) },
                "ignore_missing_m2m" => spec with { IgnoreMissingM2m = Texts(value) },
                "save_as_new" => spec with { SaveAsNew = Flag(value) },
                "force_insert" => spec with { ForceInsert = Flag(value) },
                "defer_values" => spec with { DeferValues = Texts(value) },
                _ => throw Invalid(value.Place, $"a spec has no \"{name}\"."),
            };
        }
        FileSpec read = new(spec with { Map = map });
        return map.Select(m => m.Item1).FirstOrDefault(m => read.Lookups.All(l => l.Path != m)) is { } lookup
            ? throw Invalid(json.Place, $"the map of {model} has \"{lookup}\", which is not in its filter.")
            : read;
    }

    // What a file brings along is Django's look-ups and nothing else: no SQL.
    private static Filter FilterOf(PlacedJson json) => json.Kind switch
    {
        JsonValueKind.Null => Filter.Everything,
        JsonValueKind.Object when json.Members.Count == 0 => Filter.Everything,
        JsonValueKind.Object =>
            new Filter.Lookups([.. json.Members.Select(m => new Lookup(m.Key, m.Value, m.Value.Place))]),
        _ => throw Invalid(json.Place, $"a filter is an object of look-ups, not {json.Described}."),
    };

    private static bool ReadMap(PlacedJson json, List<(string, string)> map)
    {
        foreach ((string name, PlacedJson value) in json.Members)
        {
            if (name != "map" || value.Kind != JsonValueKind.Array)
                throw Invalid(value.Place, "delete_missing is true, false, or an object with a list \"map\".");
            foreach (PlacedJson pair in value.Items)
                map.Add(Texts(pair) is [{ } lookup, { } model]
                    ? (lookup, model.ToLowerInvariant())
                    : throw Invalid(pair.Place, "an entry of the map is a look-up and a model."));
        }
        return true;
    }

    private static bool Flag(PlacedJson json) => json.Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw Invalid(json.Place, $"this is true or false, not {json.Described}."),
    };

    private static string[] Texts(PlacedJson json) => json.Kind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array when json.Items.All(i => i.Kind == JsonValueKind.String) =>
            [.. json.Items.Select(i => i.Text)],
        _ => throw Invalid(json.Place, $"this is a list of names, not {json.Described}."),
    };
}
