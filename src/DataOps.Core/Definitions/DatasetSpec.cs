namespace DataOps.Core.Definitions;

/// <summary>
/// One part of a dataset: rows of one model, and what loading them does; what feincms3-data calls a spec.
/// </summary>
/// <param name="Model">The model, as app.model in lower case.</param>
/// <param name="Filter">Which of its rows; <see cref="Filter.Everything"/> for all.</param>
internal sealed record DatasetSpec(string Model, Filter Filter)
{
    /// <summary>Where it stands; null for one that was made.</summary>
    public JsonPlace? Place { get; init; }

    /// <summary>Fields that are left out of the file.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Loading deletes rows within the filter that the file lacks.</summary>
    public bool DeleteMissing { get; init; }

    /// <summary>
    /// Look-ups of the filter whose keys are replaced by those of the new copies of a model before anything is deleted.
    /// </summary>
    public IReadOnlyList<(string Lookup, string Model)> Map { get; init; } = [];

    /// <summary>The look-ups of its filter; null where it has more in it.</summary>
    public IReadOnlyList<Lookup>? Lookups => Filter switch
    {
        { IsEverything: true } => [],
        Filter.Lookups lookups => lookups.Items,
        Filter.AllOf { Items: [Filter.Lookups lookups] } => lookups.Items,
        _ => null,
    };

    /// <summary>
    /// Many-to-many fields that lose targets which are not in the database, instead of stopping the load.
    /// </summary>
    public IReadOnlyList<string> IgnoreMissingM2m { get; init; } = [];

    /// <summary>Loading makes new rows with new keys, and references to them follow.</summary>
    public bool SaveAsNew { get; init; }

    /// <summary>Loading only inserts, and fails where a row is there.</summary>
    public bool ForceInsert { get; init; }

    /// <summary>Fields that get their value when all rows are there: unique values that move between rows.</summary>
    public IReadOnlyList<string> DeferValues { get; init; } = [];

    /// <summary>
    /// What it says that only a file of feincms3-data tells its loader, with the fields that are meant.
    /// </summary>
    public IEnumerable<(string Name, IReadOnlyList<string> Fields)> Orders
    {
        get
        {
            foreach ((bool isGiven, string name) in new[] { (DeleteMissing, "deleteMissing"), (SaveAsNew, "saveAsNew"),
                (ForceInsert, "forceInsert") })
                if (isGiven)
                    yield return (name, []);
            foreach ((IReadOnlyList<string> fields, string name) in new[] { (IgnoreMissingM2m, "ignoreMissingM2m"),
                (DeferValues, "deferValues") })
                if (fields.Count > 0)
                    yield return (name, fields);
        }
    }
}
