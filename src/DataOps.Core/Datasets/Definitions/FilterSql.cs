using DataOps.Core.Catalog;

namespace DataOps.Core.Datasets.Definitions;

/// <summary>Compiles a filter to a condition in SQL, with Django's meaning of each look-up.</summary>
internal static class FilterSql
{
    /// <summary>The condition on a row of the model; no value is in it, only <c>current_setting('dataops.pN')</c>, which <see cref="FilterParameters.Bind"/> sets.</summary>
    /// <param name="filter">The filter, its values bound.</param>
    /// <param name="model">The model whose rows are filtered.</param>
    /// <param name="catalog">The references that paths lead over.</param>
    /// <param name="alias">The alias of the model's table in the query.</param>
    /// <param name="parameters">Takes the values.</param>
    /// <exception cref="DataOpsException">A path, a look-up or a value is wrong.</exception>
    public static string Compile(Filter filter, Model model, ReferenceCatalog catalog, string alias, FilterParameters parameters) => filter switch
    {
        Filter.AllOf { Items.Count: 0 } => "true",
        Filter.AllOf all => string.Join(" and ", all.Items.Select(i => $"({Compile(i, model, catalog, alias, parameters)})")),
        Filter.AnyOf any => string.Join(" or ", any.Items.Select(i => $"({Compile(i, model, catalog, alias, parameters)})")),
        Filter.Not not => $"({Compile(not.Item, model, catalog, alias, parameters)}) is not true",
        _ => throw new NotSupportedException($"{filter.GetType().Name} of {model.Label}"),
    };
}
