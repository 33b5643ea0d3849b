using DataOps.Core.Catalog;

namespace DataOps.Core.Datasets;

/// <summary>Orders models so that what is referred to comes first, as far as there are no cycles; apart from that by label.</summary>
internal static class ModelOrder
{
    public static Model[] Sort(ReferenceCatalog catalog, IReadOnlyList<Model> models)
    {
        Dictionary<uint, Model> byTable = models.ToDictionary(m => m.Table.Oid);
        List<Model> sorted = new(models.Count);
        HashSet<uint> seen = [];
        void Visit(Model model)
        {
            if (!seen.Add(model.Table.Oid))
                return;
            foreach (Model target in Targets(catalog, model).Select(t => byTable.GetValueOrDefault(t)).OfType<Model>().OrderBy(m => m.Label, StringComparer.Ordinal))
                Visit(target);
            sorted.Add(model);
        }
        foreach (Model model in models.OrderBy(m => m.Label, StringComparer.Ordinal))
            Visit(model);
        return [.. sorted];
    }

    private static IEnumerable<uint> Targets(ReferenceCatalog catalog, Model model) =>
        catalog.From(model.Table).Concat(model.ManyToMany.SelectMany(l => catalog.From(l.Table)))
            .Where(r => r.Class is ReferenceClass.ForeignKey or ReferenceClass.Unvalidated or ReferenceClass.Inheritance && r.Target is not null)
            .Select(r => r.Target!.Oid);
}
