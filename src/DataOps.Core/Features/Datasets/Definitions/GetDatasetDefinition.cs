using DataOps.Core.Definitions;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Definitions;

/// <summary>Which datasets to list. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record GetDatasetDefinitionOptions
{
    /// <summary>File of named datasets, or its JSON.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.Definition)]
    [MustExist(FileAdvice.Definition)]
    public string Definition { get; init; } = "";

    /// <summary>Names of datasets in the definition. Default: all.</summary>
    [Option(Position = 1, Wildcards = true, Completes = OptionNames.DatasetName)]
    public IReadOnlyList<string> Name { get; init; } = [];

    /// <summary>Read the definition alone, without a database.</summary>
    [Option(Offline = true)]
    public bool Offline { get; init; }
}

/// <summary>One model of a dataset, or a problem of one of its specs.</summary>
/// <param name="Server">The server of the check; null without one.</param>
/// <param name="Database">The database of the check; null without one.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Description">What the dataset is for.</param>
/// <param name="Parameters">
/// Its parameters in the order of their arguments, with their types, joined by commas; optional ones in brackets.
/// </param>
/// <param name="Spec">The number of the spec, from 1.</param>
/// <param name="Model">The model; where there is a problem or no database, as the spec names it.</param>
/// <param name="IsFiltered">Whether some of its rows are left out.</param>
/// <param name="Settings">The spec's settings for loading, joined by commas.</param>
/// <param name="File">The file of the spec; null where the definition was given as an object.</param>
/// <param name="Line">Its line; null where the definition was converted to JSON.</param>
/// <param name="Problem">
/// The problem of the spec and its place; null when there is none, and without a database.
/// </param>
public sealed record DatasetSpecInfo(
    string? Server,
    string? Database,
    string Dataset,
    string? Description,
    string? Parameters,
    int Spec,
    string Model,
    bool IsFiltered,
    string? Settings,
    string? File,
    int? Line,
    string? Problem) : IOfSchema
{
    /// <summary>The schema of the site, where -Schema asks for several; otherwise null.</summary>
    public string? Schema { get; init; }

    IOfSchema IOfSchema.InSchema(string schema) => this with { Schema = schema };
}

/// <summary>
/// Lists the datasets of a definition with their parameters and models, each checked against the database (models,
/// fields, look-ups, types of values) unless -Offline is given.
/// </summary>
[Operation("Get", "DatasetDefinition")]
public sealed class GetDatasetDefinition : OfflineOperation<GetDatasetDefinitionOptions, DatasetSpecInfo>
{
    /// <summary>The names of the datasets of a definition.</summary>
    /// <param name="definition">A file's path, or the JSON itself.</param>
    /// <exception cref="DataOpsException">The definition is wrong.</exception>
    public static IReadOnlyList<string> NamesIn(string definition) =>
        [.. DatasetDefinition.Read(definition).Datasets.Select(d => d.Name)];

    /// <inheritdoc/>
    protected override bool NeedsAllNames => false;

    /// <inheritdoc/>
    public override bool IsOffline(GetDatasetDefinitionOptions options) => options.Offline;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The definition is not JSON, or not built as a definition is.</exception>
    protected override IEnumerable<DatasetSpecInfo> Execute(
        Session session, GetDatasetDefinitionOptions options, OperationContext context)
    {
        IReadOnlyList<NamedDataset> datasets = Chosen(options, context);
        ReferenceCatalog? catalog = options.Offline
            ? null
            : ReferenceCatalog.Read(session, withEmbedded: false, reading: context);
        return datasets.SelectMany(
            d => d.Specs.SelectMany((_, i) => catalog is null ? [Describe(d, i)] : Check(session, catalog, d, i)));
    }

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The definition is not JSON, or not built as a definition is.</exception>
    protected override IEnumerable<DatasetSpecInfo> ExecuteOffline(
        GetDatasetDefinitionOptions options, OperationContext context) =>
        Chosen(options, context).SelectMany(d => d.Specs.Select((_, i) => Describe(d, i)));

    private static NamedDataset[] Chosen(GetDatasetDefinitionOptions options, OperationContext context)
    {
        DatasetDefinition definition = DatasetDefinition.Read(options.Definition);
        NameFilter names = new(options.Name);
        IEnumerable<string> unmatched = names.Unmatched(definition.Datasets.Select(d => new[] { d.Name }));
        context.ReportUnmatched(unmatched, unknown => definition.Unknown(unknown[0]));
        return [.. definition.Datasets.Where(d => names.Matches(d.Name))];
    }

    private static DatasetSpecInfo Describe(NamedDataset dataset, int number) =>
        Describe(null, dataset, number, dataset.Specs[number].Described, dataset.Specs[number].Spec, null);

    // In a transaction of its own, as the server ends one in which it refuses a condition.
    private static DatasetSpecInfo[] Check(Session session, ReferenceCatalog catalog, NamedDataset dataset, int number)
    {
        SpecTemplate template = dataset.Specs[number];
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        try
        {
            FilterParameters parameters = new(dataset.TimeZone);
            IReadOnlyList<(DatasetSpec Spec, Model Model)> specs =
                SpecExpansion.Of(catalog, template, dataset.Parameters.ToDictionary(p => p.Name, p => p.Sample),
                    includeDerived: false);
            SqlText[] conditions =
                [.. specs.Select(s => FilterSql.Compile(s.Spec.Filter, s.Model, catalog, "c", parameters))];
            parameters.Bind(session);
            for (int i = 0; i < conditions.Length; i++)
                SpecCheck.Explain(session, specs[i].Spec, specs[i].Model, conditions[i]);
            return [.. specs.Select(s => Describe(session, dataset, number, s.Spec.Model, s.Spec, null))];
        }
        catch (DataOpsException e)
            when (e.Kind is FailureKind.InvalidData or FailureKind.InvalidArgument or FailureKind.NotFound)
        {
            return [Describe(session, dataset, number, template.Described, template.Spec,
                e.Advice is null ? e.Message : $"{e.Message} {e.Advice}")];
        }
    }

    private static DatasetSpecInfo Describe(
        Session? session, NamedDataset dataset, int number, string model, DatasetSpec spec, string? problem)
    {
        string[] settings =
        [
            .. spec.Orders.Concat(spec.Exclude.Count > 0 ? [("exclude", spec.Exclude)] : [])
                .Select(o => o.Fields.Count > 0 ? $"{o.Name} {string.Join("+", o.Fields)}" : o.Name),
        ];
        return new DatasetSpecInfo(
            session?.Server,
            session?.Database,
            dataset.Name,
            dataset.Description,
            dataset.Parameters.Count == 0 ? null : string.Join(", ", dataset.Parameters.Select(p => p.Described)),
            number + 1,
            model,
            !spec.Filter.IsEverything,
            settings.Length == 0 ? null : string.Join(", ", settings),
            spec.Place?.File,
            spec.Place is { Line: > 0 } place ? place.Line : null,
            problem);
    }
}
