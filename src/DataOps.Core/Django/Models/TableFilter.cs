namespace DataOps.Core.Django.Models;

/// <summary>The tables that a user asked for, by their names or their models'.</summary>
internal sealed class TableFilter
{
    private readonly ReferenceCatalog _catalog;
    private readonly NameFilter _tables;
    private readonly NameFilter _models;

    /// <summary>Reads the names, and reports those that are not found.</summary>
    /// <exception cref="DataOpsException">A name is not found, and the operation needs all of them.</exception>
    public TableFilter(
        ReferenceCatalog catalog, IReadOnlyList<string> tables, IReadOnlyList<string> models, OperationContext context)
    {
        (_catalog, _tables, _models) = (catalog, new(tables), new(models));
        IEnumerable<string?[]> names = catalog.Database.Tables.Select(ReferenceFilter.TableNames);
        context.ReportUnmatched(_tables, names, ErrorIds.UnknownTable, "table");
        IEnumerable<ModelLabel> labels = catalog.Models.Select(m => m.Label)
            .Concat(catalog.ContentTypesWithoutTable.Select(c => c.Label));
        context.ReportUnmatched(_models, labels.Select(ReferenceFilter.ModelNames), ErrorIds.UnknownModel, "model");
    }

    /// <summary>Whether the user asked for a table.</summary>
    public bool Matches(Table table) =>
        _tables.Matches(ReferenceFilter.TableNames(table))
        && (_models.IsEmpty
        || (_catalog.LabelOf(table) is { } label && _models.Matches(ReferenceFilter.ModelNames(label))));
}
