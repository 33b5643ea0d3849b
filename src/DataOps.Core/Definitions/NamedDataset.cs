using System.Text.Json;

namespace DataOps.Core.Definitions;

/// <summary>A dataset of a definition.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Parameters">Its parameters, in the order of their arguments.</param>
/// <param name="Specs">What is in it.</param>
/// <param name="TimeZone">Where its days and years begin.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record NamedDataset(
    string Name, string? Description, IReadOnlyList<DefinitionParameter> Parameters, IReadOnlyList<SpecTemplate> Specs,
    string TimeZone, JsonPlace Place)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="DataOpsException">Something is wrong with it.</exception>
    public static NamedDataset Read(string name, PlacedJson json, string timeZone)
    {
        DefinitionFields fields = new(json, "a dataset", "description", "parameters", "specs");
        DefinitionParameter[] parameters = [.. fields.List("parameters").Select(DefinitionParameter.Read)];
        if (parameters.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw DefinitionError.At(twice.Last().Place, $"there are two parameters \"{twice.Key}\".");
        SpecTemplate[] specs = [.. fields.List("specs").Select(SpecTemplate.Read)];
        if (specs.Length == 0)
            throw DefinitionError.At(json.Place, "a dataset needs \"specs\".");
        NamedDataset dataset = new(name, fields.Text("description"), parameters, specs, timeZone, json.Place);
        foreach (SpecTemplate spec in specs)
            spec.Spec.Filter.Bind(value => DatasetArguments.Replace(
                value, p => dataset.Parameters.FirstOrDefault(d => d.Name == p) is null ? null : value));
        return dataset;
    }
}
