using System.Text.Json;

namespace DataOps.Core.Definitions;

/// <summary>A definition: datasets by their names, its own and those of the files that it includes.</summary>
/// <param name="Datasets">The datasets, in the order in which they stand there.</param>
internal sealed record DatasetDefinition(IReadOnlyList<NamedDataset> Datasets)
{
    /// <summary>Reads a definition and all that it includes.</summary>
    /// <param name="source">A file's path, or the JSON itself.</param>
    /// <exception cref="DataOpsException">A file is not there, includes itself, or something is wrong in
    /// it.</exception>
    public static DatasetDefinition Read(string source)
    {
        if (source.Length == 0)
            throw new DataOpsException(
                ErrorIds.MissingOption, FailureKind.InvalidArgument, "No definition is given.",
                "Give a file or its JSON with -Definition.");
        if (!DefinitionFile.IsJson(source))
            return new(Unique(OfFile(source, null, [])));
        // Includes are relative to the file that the JSON was converted from.
        (PlacedJson json, string? from) = DefinitionFile.OfText(source);
        return new(Unique(Content(json, from is null ? [] : [from])));
    }

    /// <summary>The dataset of that name.</summary>
    /// <exception cref="DataOpsException">There is none.</exception>
    public NamedDataset Find(string name) =>
        Datasets.FirstOrDefault(d => d.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(name);

    /// <summary>The failure for a dataset that is not found.</summary>
    public DataOpsException Unknown(string name) => new(
        ErrorIds.UnknownDataset,
        FailureKind.NotFound,
        name.Length == 0 ? "No dataset of the definition is named." : $"The definition has no dataset \"{name}\".",
        $"It has: {string.Join(", ", Datasets.Select(d => d.Name))}. Name one with -Dataset.",
        name);

    private static List<NamedDataset> OfFile(string path, JsonPlace? includedAt, IReadOnlyList<string> including)
    {
        string full = FullPath.Of(path);
        if (including.Contains(full))
        {
            string circle = string.Join(
                " -> ", including.SkipWhile(f => f != full).Append(full).Select(Path.GetFileName));
            throw DefinitionError.At(
                includedAt!, $"the files include each other in a circle: {circle}.", id: ErrorIds.IncludeCycle);
        }
        return Content(DefinitionFile.OfFile(full, "-Definition", includedAt), [.. including, full]);
    }

    private static List<NamedDataset> Content(PlacedJson json, IReadOnlyList<string> including)
    {
        DefinitionFields fields = new(json, "a definition", "$schema", "timeZone", "include", "datasets");
        string timeZone = fields.Text("timeZone") ?? "UTC";
        if (!timeZone.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') || timeZone.Length == 0)
            throw DefinitionError.At(
                json["timeZone"]!.Place, $"\"{timeZone}\" is not the name of a time zone.",
                "Use a name as Europe/Zurich, the value of TIME_ZONE in the settings of the site.");
        if (json["datasets"] is not null and not { Kind: JsonValueKind.Object })
            throw DefinitionError.At(json["datasets"]!.Place, "\"datasets\" is an object: a dataset by each name.");
        string folder = including.Count > 0 ? Path.GetDirectoryName(including[^1])! : Environment.CurrentDirectory;
        List<NamedDataset> datasets =
            [.. (json["datasets"]?.Members ?? []).Select(m => NamedDataset.Read(m.Key, m.Value, timeZone))];
        foreach (PlacedJson include in fields.List("include"))
        {
            if (include.Kind != JsonValueKind.String)
                throw DefinitionError.At(include.Place, "\"include\" holds paths of files.");
            datasets.AddRange(OfFile(Path.Combine(folder, include.Text), include.Place, including));
        }
        return datasets.Count > 0 ? datasets : throw DefinitionError.At(json.Place, "a definition needs \"datasets\".");
    }

    // A file that two others include is read twice, and means the same.
    private static NamedDataset[] Unique(IReadOnlyList<NamedDataset> datasets)
    {
        NamedDataset[] distinct = [.. datasets.DistinctBy(d => d.Place)];
        IGrouping<string, NamedDataset>? twice = distinct.GroupBy(d => d.Name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? distinct
            : throw DefinitionError.At(
                twice.Last().Place, $"dataset \"{twice.Key}\" is there already, at {twice.First().Place}.");
    }
}
