using DataOps.Core.Definitions;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>Rows of one model that are written together.</summary>
/// <param name="Model">The model.</param>
/// <param name="Condition">Which of its rows, in SQL with t for its table; null for all.</param>
/// <param name="OfEachRow">The same condition, written so that each row is looked at by itself.</param>
/// <param name="Required">The steps from a row that lead to another one, without which the condition does not
/// hold.</param>
/// <param name="Exclude">Fields that are left out.</param>
internal sealed record ExportPart(
    Model Model, SqlText? Condition, SqlText? OfEachRow, IReadOnlyList<Hop> Required, IReadOnlyList<string> Exclude)
{
    /// <summary>All rows of a model.</summary>
    public static ExportPart All(Model model) => new(model, null, null, [], []);

    /// <summary>The rows of a spec that those before it of the same model do not have.</summary>
    public static ExportPart Of(DatasetSpec spec, Model model, IReadOnlyList<Filter> earlier, ReferenceCatalog catalog,
        FilterParameters parameters)
    {
        Filter filter = earlier.Count == 0
            ? spec.Filter
            : new Filter.AllOf([spec.Filter, .. earlier.Select(f => new Filter.Not(f))]);
        SqlText? Condition(bool rowByRow) => filter.IsEverything
            ? null
            : FilterSql.Compile(filter, model, catalog, "t", parameters, rowByRow: rowByRow);
        IReadOnlyList<Hop> required = FilterSql.Required(filter, model, catalog, parameters);
        return new ExportPart(model, Condition(rowByRow: false), Condition(rowByRow: true), required, spec.Exclude);
    }

    /// <summary>Whether the condition holds only for rows whose reference has its target.</summary>
    public bool Requires(Reference reference) => Required.Any(h =>
        reference.Columns is [{ } column] && h.From == column && h.To.Oid == reference.Target?.Oid
        && h.On == reference.TargetColumns[0]);
}
