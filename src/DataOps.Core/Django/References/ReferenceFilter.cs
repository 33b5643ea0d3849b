namespace DataOps.Core.Django.References;

/// <summary>The part of the reference catalogue that a user asked for.</summary>
internal sealed class ReferenceFilter(
    ReferenceCatalog catalog,
    IReadOnlyList<string> table,
    IReadOnlyList<string> model,
    IReadOnlyList<ReferenceClass> @class,
    IReadOnlyList<string> reference,
    OperationContext context)
{
    private readonly NameFilter _references = new(reference);

    /// <summary>The references, in the catalogue's order; names that are not found are reported.</summary>
    /// <exception cref="DataOpsException">A name is not found, and the operation needs all of them.</exception>
    public IEnumerable<Reference> Select()
    {
        TableFilter tables = new(catalog, table, model, context);
        IEnumerable<string?[]> names = catalog.References.Select(r => new string?[] { r.Name });
        context.ReportUnmatched(_references, names, ErrorIds.UnknownReference, "reference");
        return catalog.References.Where(r =>
            catalog.Database.IsOfSite(r.Table)
            && (@class.Count == 0 || @class.Contains(r.Class))
            && tables.Matches(r.Table)
            && _references.Matches(r.Name));
    }

    /// <summary>The ways to name a table.</summary>
    public static string[] TableNames(Table table) => [table.Name, $"{table.Schema}.{table.Name}"];

    /// <summary>The ways to name a model: its label, or its app alone.</summary>
    public static string[] ModelNames(ModelLabel label) => [label, label.App];
}
