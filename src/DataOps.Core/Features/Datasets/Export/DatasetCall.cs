using DataOps.Core.Definitions;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>A dataset of a definition and its arguments.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Arguments">The value of each parameter.</param>
internal sealed record DatasetCall(NamedDataset Dataset, IReadOnlyDictionary<string, PlacedJson> Arguments)
{
    /// <summary>What the options name; null where they name no definition.</summary>
    /// <exception cref="DataOpsException">The definition, the dataset or the arguments are wrong.</exception>
    public static DatasetCall? Of(string definition, string dataset, IReadOnlyList<string> arguments)
    {
        if (definition.Length == 0)
            return null;
        DatasetDefinition all = DatasetDefinition.Read(definition);
        NamedDataset named = dataset.Length == 0 && all.Datasets is [{ } only] ? only : all.Find(dataset);
        return new DatasetCall(named, DatasetArguments.Of(named, arguments));
    }
}
