namespace DataOps.Core.Django.Models;

/// <summary>Which columns are the labels of a model's rows, where the user says so (-Label).</summary>
internal static class LabelColumns
{
    /// <summary>Reads the user's words: the first that names a table's model decides.</summary>
    /// <param name="catalog">The models.</param>
    /// <param name="texts">
    /// Texts as <c>shop.product=name</c>; of several columns each further one may stand alone, as a list on a command
    /// line ends at each comma. No column is no label.
    /// </param>
    /// <param name="context">Hears of models that are not there, where the operation does not need all names.</param>
    /// <exception cref="DataOpsException"><c>InvalidOption</c>: a text is of another form; or <c>UnknownModel</c>,
    /// <c>UnknownField</c>.</exception>
    public static IReadOnlyDictionary<uint, IReadOnlyList<Column>> Of(
        ReferenceCatalog catalog, IReadOnlyList<string> texts, OperationContext context)
    {
        Dictionary<uint, IReadOnlyList<Column>> columns = [];
        foreach ((string name, string[] fields) in Read(texts))
        {
            NameFilter models = new([name]);
            Model[] named = [.. catalog.Models.Where(m => models.Matches(ReferenceFilter.ModelNames(m.Label)))];
            context.ReportUnmatched(
                models, catalog.Models.Select(m => ReferenceFilter.ModelNames(m.Label)), ErrorIds.UnknownModel,
                "model");
            // Not every model of an app has the column; one that has it there must be.
            Model[] fitting = [.. named.Where(m => fields.All(f => ColumnOf(m, f) is not null))];
            if (named.Length > 0 && fitting.Length == 0)
                throw Unknown(named[0], fields.First(f => ColumnOf(named[0], f) is null));
            foreach (Model model in fitting)
                columns.TryAdd(model.Table.Oid, [.. fields.Select(f => ColumnOf(model, f)!)]);
        }
        return columns;
    }

    private static List<(string Model, string[] Fields)> Read(IReadOnlyList<string> texts)
    {
        List<(string Model, string[] Fields)> pairs = [];
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=');
            if (equals == 0 || (equals < 0 && pairs.Count == 0))
                throw OptionText.Wrong("Label", $"\"{text}\"", "Use app.model=column, as shop.product=name,code.");
            string[] fields = text[(equals + 1)..].Split(
                [',', '+'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (equals > 0)
                pairs.Add((text[..equals].Trim(), fields));
            else
                pairs[^1] = (pairs[^1].Model, [.. pairs[^1].Fields, .. fields]);
        }
        return pairs;
    }

    private static Column? ColumnOf(Model model, string name) =>
        model.Fields.FirstOrDefault(f => f.Name == name)?.Column ?? model.Table.Find(name);

    private static DataOpsException Unknown(Model model, string name) => new(
        ErrorIds.UnknownField, FailureKind.NotFound, $"{model.Label} has no column \"{name}\" for its label.",
        $"There are: {string.Join(", ", model.Table.Columns.Select(c => c.Name))}.", name);
}
