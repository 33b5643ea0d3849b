using DataOps.Core.Django.Models;

namespace DataOps.Core.Django.References;

/// <summary>Orders models so that what is referred to comes first.</summary>
internal static class ModelOrder
{
    /// <summary>The order to read and to write a file in, as far as there are no circles; apart from that by label.</summary>
    public static Model[] Sort(ReferenceCatalog catalog, IReadOnlyList<Model> models) =>
        Sort([.. models.OrderBy(m => m.Label.ToString(), StringComparer.Ordinal)], model => Targets(catalog, model));

    /// <summary>The order to load in: a constraint that cannot wait, on a column that cannot be NULL, goes before all others.</summary>
    public static Model[] SortForLoad(ReferenceCatalog catalog, IReadOnlyList<Model> models) => Sort(
        Sort(catalog, models),
        model => catalog.From(model.Table)
            .Where(r => r is { Target: not null, IsNullable: false, Constraint: { IsEnforced: true, IsDeferrable: false } })
            .Select(r => r.Target!.Oid));

    private static Model[] Sort(Model[] models, Func<Model, IEnumerable<uint>> targets)
    {
        Dictionary<uint, Model> byTable = models.ToDictionary(m => m.Table.Oid);
        List<Model> sorted = new(models.Length);
        HashSet<uint> seen = [];
        void Visit(Model model)
        {
            if (!seen.Add(model.Table.Oid))
                return;
            foreach (Model target in targets(model).Select(t => byTable.GetValueOrDefault(t)).OfType<Model>()
                .OrderBy(m => m.Label.ToString(), StringComparer.Ordinal))
                Visit(target);
            sorted.Add(model);
        }
        foreach (Model model in models)
            Visit(model);
        return [.. sorted];
    }

    private static IEnumerable<uint> Targets(ReferenceCatalog catalog, Model model) =>
        catalog.From(model.Table).Concat(model.ManyToMany.SelectMany(l => catalog.From(l.Table)))
            .Where(r => r.Class is ReferenceClass.ForeignKey or ReferenceClass.Unvalidated or ReferenceClass.Inheritance && r.Target is not null)
            .Select(r => r.Target!.Oid);
}
