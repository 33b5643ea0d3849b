namespace DataOps.Core.Features.Datasets.Export;

/// <summary>The models that an export was asked for.</summary>
internal static class ModelSelection
{
    /// <exception cref="DataOpsException">A name is that of no model, or nothing is left.</exception>
    public static IReadOnlyList<Model> Of(
        ReferenceCatalog catalog, ExportDatasetOptions options, OperationContext context)
    {
        NameFilter models = new(options.Model);
        NameFilter exclude = new(options.Exclude);
        string?[][] names = [.. catalog.Models.Select(m => ReferenceFilter.ModelNames(m.Label))];
        context.ReportUnmatched(models, names, ErrorIds.UnknownModel, "model");
        context.ReportUnmatched(exclude, names, ErrorIds.UnknownModel, "model");
        HashSet<string> named = options.Model.Select(m => m.ToLowerInvariant()).ToHashSet();
        Model[] selected = catalog.Models
            .Where(m => models.Matches(ReferenceFilter.ModelNames(m.Label))
                && (exclude.IsEmpty || !exclude.Matches(ReferenceFilter.ModelNames(m.Label))))
            .Where(m => options.IncludeDerived || named.Contains(m.Label) || !DjangoTables.Derived.Contains(m.Label))
            .ToArray();
        return selected.Length > 0 ? selected : throw new DataOpsException(
            ErrorIds.NothingSelected, FailureKind.NotFound, $"No model of {catalog.Models.Count} is left to export.",
            "Get-Model lists them; derived ones need -IncludeDerived.");
    }
}
