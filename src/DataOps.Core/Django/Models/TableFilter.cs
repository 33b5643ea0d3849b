using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;

namespace DataOps.Core.Django.Models;

/// <summary>The tables that a user asked for, by their names or their models'.</summary>
internal sealed class TableFilter
{
    private readonly ReferenceCatalog _catalog;
    private readonly NameFilter _tables;
    private readonly NameFilter _models;

    /// <summary>Reads the names.</summary>
    /// <exception cref="DataOpsException">A name matches nothing.</exception>
    public TableFilter(ReferenceCatalog catalog, IReadOnlyList<string> tables, IReadOnlyList<string> models)
    {
        (_catalog, _tables, _models) = (catalog, new(tables), new(models));
        _tables.Require(catalog.Database.Tables.Select(ReferenceFilter.TableNames), ErrorIds.UnknownTable, "table");
        IEnumerable<ModelLabel> labels = catalog.Models.Select(m => m.Label).Concat(catalog.ContentTypesWithoutTable.Select(c => c.Label));
        _models.Require(labels.Select(l => (string?[])ReferenceFilter.ModelNames(l)), ErrorIds.UnknownModel, "model");
    }

    /// <summary>Whether the user asked for a table.</summary>
    public bool Matches(Table table) =>
        _tables.Matches(ReferenceFilter.TableNames(table))
        && (_models.IsEmpty || (_catalog.LabelOf(table) is { } label && _models.Matches(ReferenceFilter.ModelNames(label))));
}
