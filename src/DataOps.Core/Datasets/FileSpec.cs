using System.Text.Json;

namespace DataOps.Core.Datasets;

/// <summary>What a file of feincms3-data says about the rows of one model.</summary>
/// <param name="Model">The model, in lower case.</param>
/// <param name="Filter">Django's look-ups, all of which its rows fulfil.</param>
/// <param name="DeleteMissing">Whether rows of the database that fulfil the filter and are not in the file are deleted.</param>
/// <param name="Map">Look-ups whose keys are replaced by those of the new copies of a model, before anything is deleted.</param>
/// <param name="IgnoreMissingM2m">Many-to-many lists whose entries without a target are left out.</param>
/// <param name="SaveAsNew">Whether each object becomes a new row, with a key of its own.</param>
/// <param name="ForceInsert">Whether a row that is there already refuses the load.</param>
/// <param name="DeferValues">Fields that get their values last; here their values may be exchanged anyway.</param>
internal sealed record FileSpec(
    string Model,
    IReadOnlyList<FileLookup> Filter,
    bool DeleteMissing,
    IReadOnlyList<(string Lookup, string Model)> Map,
    IReadOnlyList<string> IgnoreMissingM2m,
    bool SaveAsNew,
    bool ForceInsert,
    IReadOnlyList<string> DeferValues)
{
    /// <summary>Reads a file's specs.</summary>
    /// <param name="specs">The list, as JSON.</param>
    /// <param name="invalid">Makes the failure to throw.</param>
    public static IReadOnlyList<FileSpec> ParseAll(JsonElement specs, Func<string, DataOpsException> invalid)
    {
        FileSpec[] all = [.. specs.EnumerateArray().Select(s => Parse(s, invalid))];
        string? twice = all.GroupBy(s => s.Model).FirstOrDefault(g => g.Select(s => s.SaveAsNew).Distinct().Count() > 1)?.Key;
        return twice is null ? all : throw invalid($"specs of {twice} contradict each other in save_as_new");
    }

    private static FileSpec Parse(JsonElement spec, Func<string, DataOpsException> invalid)
    {
        if (spec.ValueKind != JsonValueKind.Object)
            throw invalid("a spec is no object");
        string model = "";
        List<FileLookup> filter = [];
        (bool deletes, List<(string, string)> map) = (false, []);
        (bool saveAsNew, bool forceInsert) = (false, false);
        (IReadOnlyList<string> ignored, IReadOnlyList<string> deferred) = ([], []);
        foreach (JsonProperty member in spec.EnumerateObject())
        {
            DataOpsException Bad() => invalid($"the spec of {(model.Length > 0 ? model : "a model")} has a \"{member.Name}\" that is not understood: {Shown(member.Value)}");
            switch (member.Name)
            {
                case "model":
                    model = (member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null)?.ToLowerInvariant() ?? throw Bad();
                    break;
                case "filter":
                    filter = member.Value.ValueKind switch
                    {
                        JsonValueKind.Null => [],
                        JsonValueKind.Object => [.. member.Value.EnumerateObject().Select(l => FileLookup.Parse(l.Name, l.Value) ?? throw Bad())],
                        _ => throw Bad(),
                    };
                    break;
                case "delete_missing":
                    (deletes, map) = Deletion(member.Value) ?? throw Bad();
                    break;
                case "ignore_missing_m2m":
                    ignored = Names(member.Value) ?? throw Bad();
                    break;
                case "defer_values":
                    deferred = Names(member.Value) ?? throw Bad();
                    break;
                case "save_as_new":
                    saveAsNew = Flag(member.Value) ?? throw Bad();
                    break;
                case "force_insert":
                    forceInsert = Flag(member.Value) ?? throw Bad();
                    break;
                default:
                    throw invalid($"the spec of {(model.Length > 0 ? model : "a model")} has an unknown key \"{member.Name}\"");
            }
        }
        return model.Length > 0 ? new FileSpec(model, filter, deletes, map, ignored, saveAsNew, forceInsert, deferred) : throw invalid("a spec has no \"model\"");
    }

    private static (bool, List<(string, string)>)? Deletion(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return Flag(value) is { } flag ? (flag, []) : null;
        List<(string, string)> map = [];
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (member.Name != "map" || member.Value.ValueKind != JsonValueKind.Array)
                return null;
            foreach (JsonElement pair in member.Value.EnumerateArray())
            {
                if (Names(pair) is not [{ } lookup, { } model])
                    return null;
                map.Add((lookup, model.ToLowerInvariant()));
            }
        }
        return (true, map);
    }

    private static bool? Flag(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => null,
    };

    private static string[]? Names(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array when value.EnumerateArray().All(n => n.ValueKind == JsonValueKind.String) => [.. value.EnumerateArray().Select(n => n.GetString()!)],
        _ => null,
    };

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: > 60 } text ? text[..60] + "…" : value.GetRawText();
}
