using System.Text.Json;

namespace DataOps.Core.Definitions;

/// <summary>What a dataset is called with: a value for each parameter.</summary>
internal static class DatasetArguments
{
    /// <summary>Gives each parameter its value.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="texts">The arguments: in the order of the parameters, or name=value; a list takes all that follow
    /// it.</param>
    /// <exception cref="DataOpsException">There are too many or too few, or one is not of its parameter's
    /// type.</exception>
    public static IReadOnlyDictionary<string, PlacedJson> Of(NamedDataset dataset, IReadOnlyList<string> texts)
    {
        Dictionary<string, List<PlacedJson>> given = [];
        int next = 0;
        DefinitionParameter? current = null;
        foreach (string text in texts)
        {
            JsonPlace place = new(null, $"argument \"{text}\"", 0);
            int sign = text.IndexOf('=');
            DefinitionParameter? named = sign > 0
                ? dataset.Parameters.FirstOrDefault(p => p.Name == text[..sign])
                : null;
            if (named is null && current is not { IsList: true })
                current = next < dataset.Parameters.Count
                    ? dataset.Parameters[next]
                    : throw Wrong(dataset, $"{texts.Count} arguments are more than it takes");
            current = named ?? current!;
            next = dataset.Parameters.ToList().IndexOf(current) + 1;
            if (!given.TryGetValue(current.Name, out List<PlacedJson>? values))
                given[current.Name] = values = [];
            else if (!current.IsList)
                throw Wrong(dataset, $"{current.Name} is given twice");
            values.Add(PlacedJson.OfText(named is null ? text : text[(sign + 1)..], place));
        }
        return dataset.Parameters.ToDictionary(p => p.Name, p => Value(dataset, p, given.GetValueOrDefault(p.Name)));
    }

    /// <summary>A value as it is, or what a parameter stands for.</summary>
    /// <param name="value">A value of a filter.</param>
    /// <param name="argument">Finds the parameter's value; null where there is no such parameter.</param>
    /// <exception cref="DataOpsException">There is no such parameter, or the value is an object of another
    /// kind.</exception>
    public static PlacedJson Replace(PlacedJson value, Func<string, PlacedJson?> argument)
    {
        if (value.Kind == JsonValueKind.Array)
            return PlacedJson.OfList([.. value.Items.Select(i => Replace(i, argument))], value.Place);
        if (value.Kind != JsonValueKind.Object)
            return value;
        string name = new DefinitionFields(value, "a value", "parameter").Required("parameter");
        return argument(name)
            ?? throw DefinitionError.At(
                value.Place, $"there is no parameter \"{name}\".", id: ErrorIds.UnknownParameter);
    }

    private static PlacedJson Value(NamedDataset dataset, DefinitionParameter parameter, List<PlacedJson>? given)
    {
        if (given is null)
            return parameter.Default ?? throw Wrong(dataset, $"{parameter.Name} is missing");
        PlacedJson value = parameter.IsList ? PlacedJson.OfList(given, given[0].Place) : given[0];
        parameter.Check(value);
        return Typed(value, parameter.Type);
    }

    // An argument is a text; what it is compared with is what its parameter says.
    private static PlacedJson Typed(PlacedJson value, ValueType type) => value switch
    {
        { Kind: JsonValueKind.Array } => value with { Items = [.. value.Items.Select(i => Typed(i, type))] },
        _ when type == ValueType.Integer || type == ValueType.Number => value with { Kind = JsonValueKind.Number },
        _ when type == ValueType.Boolean => value with
        {
            Kind = value.Text.Equals("true", StringComparison.OrdinalIgnoreCase)
                ? JsonValueKind.True
                : JsonValueKind.False,
        },
        _ => value,
    };

    private static DataOpsException Wrong(NamedDataset dataset, string reason)
    {
        string takes = dataset.Parameters.Count == 0
            ? "It takes none."
            : $"It takes: {string.Join(", ", dataset.Parameters.Select(p => p.Described))}.";
        return new DataOpsException(
            ErrorIds.InvalidArgument, FailureKind.InvalidArgument,
            $"The arguments of dataset {dataset.Name} are wrong: {reason}.", takes, dataset.Name);
    }
}
