using System.Text.Json;

namespace DataOps.Core.Definitions;

/// <summary>A spec as a definition has it: its values may be parameters, and it may stand for many models.</summary>
/// <param name="Spec">The spec; its model is empty where it stands for an app.</param>
/// <param name="App">The app whose models it stands for; null for one model.</param>
/// <param name="HasChildren">Whether the rows that belong to its rows are meant, too.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record SpecTemplate(DatasetSpec Spec, string? App, bool HasChildren, JsonPlace Place)
{
    private static readonly string[] s_members =
        ["model", "app", "children", "filter", "exclude", "deleteMissing", "ignoreMissingM2m", "saveAsNew",
            "forceInsert", "deferValues", "description"];

    /// <summary>As a person reads it.</summary>
    public string Described => (App is null ? Spec.Model : $"{App}.*") + (HasChildren ? " and what belongs to it" : "");

    /// <summary>Reads it.</summary>
    /// <exception cref="DataOpsException">Something is wrong with it.</exception>
    public static SpecTemplate Read(PlacedJson json)
    {
        DefinitionFields fields = new(json, "a spec", s_members);
        string? app = fields.Text("app");
        bool hasChildren = fields.Flag("children") ?? false;
        if ((app is null) == (json["model"] is null))
            throw DefinitionError.At(json.Place, "a spec names a model or an app.");
        if (app is not null && json["filter"] is { } useless)
            throw DefinitionError.At(useless.Place, "a filter is of one model, not of an app.");
        DatasetSpec spec = new(
            app is null ? fields.Required("model").ToLowerInvariant() : "",
            json["filter"] is { } filter ? FilterParser.Parse(filter) : Filter.Everything)
        {
            Place = json.Place,
            Exclude = fields.Texts("exclude"),
            DeleteMissing = json["deleteMissing"] is { Kind: JsonValueKind.Object }
                || (fields.Flag("deleteMissing") ?? false),
            Map = MapOf(json["deleteMissing"]),
            IgnoreMissingM2m = fields.Texts("ignoreMissingM2m"),
            SaveAsNew = fields.Flag("saveAsNew") ?? false,
            ForceInsert = fields.Flag("forceInsert") ?? false,
            DeferValues = fields.Texts("deferValues"),
        };
        if (spec.Map.FirstOrDefault(m => spec.Lookups?.Any(l => l.Path == m.Lookup) != true) is { Lookup: { } other })
            throw DefinitionError.At(
                json["deleteMissing"]!.Place, $"the map has \"{other}\", which is not in the filter.");
        return new SpecTemplate(spec, app?.ToLowerInvariant(), hasChildren, json.Place);
    }

    private static (string Lookup, string Model)[] MapOf(PlacedJson? deleteMissing)
    {
        if (deleteMissing?.Kind != JsonValueKind.Object)
            return [];
        IReadOnlyList<PlacedJson> pairs = new DefinitionFields(deleteMissing, "deleteMissing", "map").List("map");
        // PowerShell unwraps a list of one.
        if (pairs is [{ Kind: JsonValueKind.String }, { Kind: JsonValueKind.String }])
            return [(pairs[0].Text, pairs[1].Text.ToLowerInvariant())];
        return
        [
            .. pairs.Select(p => p is { Kind: JsonValueKind.Array, Items: [{ } lookup, { } model] }
                && lookup.Kind == JsonValueKind.String && model.Kind == JsonValueKind.String
                    ? (lookup.Text, model.Text.ToLowerInvariant())
                    : throw DefinitionError.At(p.Place, "an entry of the map is a look-up and a model.")),
        ];
    }
}
