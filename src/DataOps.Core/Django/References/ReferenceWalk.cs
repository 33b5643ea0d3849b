namespace DataOps.Core.Django.References;

/// <summary>
/// Which references lead to a table's rows, what becomes of the rows that make them, and in which order models follow
/// from each other.
/// </summary>
/// <remarks>
/// The one closure over references: definitions, deletion, replacement, export and load go step by step by what stands
/// here.
/// </remarks>
internal sealed class ReferenceWalk(ReferenceCatalog catalog)
{
    /// <summary>
    /// The references to a table by columns of single rows, whoever declares them; a node's parent is not one.
    /// </summary>
    public IEnumerable<TargetReference> Referring(Table target) =>
        catalog.To(target).OfType<TargetReference>().Where(r => r is { Columns.Count: 1 } and not TreeReference);

    /// <summary>The references to a table whose rows cannot be loaded without their target.</summary>
    public IEnumerable<TargetReference> Requiring(Table target) =>
        catalog.To(target).OfType<TargetReference>().Where(r => r.IsRequired);

    /// <summary>
    /// The references of models whose rows cannot be without the row that they refer to: halves in a child's table
    /// first.
    /// </summary>
    public IEnumerable<(TargetReference Reference, Model Model)> Owned(Table target) =>
        from reference in Referring(target)
        where reference.IsDeclared && !reference.IsNullable
        let model = catalog.ModelOf(reference.Table)
        where model is not null
        orderby reference.IsParentLink descending, model.Label.ToString()
        select (reference, model);

    /// <summary>
    /// The references to a table, and what Django's on_delete does to the rows that make them; not those that stay as
    /// they are.
    /// </summary>
    public IEnumerable<(TargetReference Reference, OnDelete Action)> OnDelete(Table target) =>
        from reference in catalog.To(target).OfType<TargetReference>()
        let action = reference is TreeReference ? Knowledge.OnDelete.Cascade : OnDeleteRules.Of(catalog, reference)
        where action != Knowledge.OnDelete.DoNothing
        select (reference, action);

    /// <summary>
    /// The object ids by which rows belong to a row of a table, and the condition that a row's content type is the
    /// table's or an heir's: tags, revisions and index entries are an object's own; history stays.
    /// </summary>
    public IEnumerable<(GenericReference Reference, Func<Alias, SqlText> IsOfType)> ObjectIds(Table target) =>
        ObjectIds(target, r => r.GoesWithObject);

    /// <summary>
    /// The object ids, and that condition, of rows that are not the object's own, and no history: they stay when it is
    /// deleted. So do those of its proxies, which a GenericRelation does not take along.
    /// </summary>
    public IEnumerable<(GenericReference Reference, Func<Alias, SqlText> IsOfType)> KeptObjectIds(Table target)
    {
        int[] proxies = [.. catalog.WithHeirs(target).SelectMany(catalog.ProxiesOf)];
        return ObjectIds(target, r => !r.GoesWithObject && r.Severity != Severity.Expected).Concat(
            proxies.Length == 0 ? [] : ObjectIds(proxies, r => r.Severity != Severity.Expected));
    }

    /// <summary>The object ids, and that condition, of all rows that refer to it and are no history.</summary>
    public IEnumerable<(GenericReference Reference, Func<Alias, SqlText> IsOfType)> AllObjectIds(Table target) =>
        ObjectIds(target, r => r.Severity != Severity.Expected);

    private IEnumerable<(GenericReference Reference, Func<Alias, SqlText> IsOfType)> ObjectIds(
        Table target, Func<GenericReference, bool> isWanted) => ObjectIds(
        [.. catalog.WithHeirs(target).Select(catalog.ModelOf).OfType<Model>().Select(m => m.ContentType)], isWanted);

    private IEnumerable<(GenericReference Reference, Func<Alias, SqlText> IsOfType)> ObjectIds(
        int[] types, Func<GenericReference, bool> isWanted) =>
        catalog.References.OfType<GenericReference>().Where(isWanted).Select(
            r => (r, (Func<Alias, SqlText>)(alias => $"{r.ContentTypeColumn.In(alias)} = any({types})")));

    /// <summary>
    /// The order to read and to write a file in: what is referred to comes first, as far as there are no circles; apart
    /// from that by label.
    /// </summary>
    public Model[] Sort(IReadOnlyList<Model> models) =>
        TargetsFirst([.. models.OrderBy(m => m.Label.ToString(), StringComparer.Ordinal)],
        model => catalog.From(model.Table).Concat(model.ManyToMany.SelectMany(l => catalog.From(l.Table)))
            .Where(r => r.IsDeclared));

    /// <summary>
    /// The order to load in: a constraint that cannot wait, on a column that cannot be NULL, goes before all others.
    /// </summary>
    public Model[] SortForLoad(IReadOnlyList<Model> models) => TargetsFirst(
        Sort(models),
        model => catalog.From(model.Table).Where(
            r => r is { IsNullable: false, Constraint: { IsEnforced: true, IsDeferrable: false } }));

    private static Model[] TargetsFirst(Model[] models, Func<Model, IEnumerable<Reference>> references)
    {
        Dictionary<uint, Model> byTable = models.ToDictionary(m => m.Table.Oid);
        List<Model> sorted = new(models.Length);
        HashSet<uint> seen = [];
        void Visit(Model model)
        {
            if (!seen.Add(model.Table.Oid))
                return;
            IEnumerable<Model> targets = references(model)
                .Select(r => byTable.GetValueOrDefault(r.Target!.Oid)).OfType<Model>();
            foreach (Model target in targets.OrderBy(m => m.Label.ToString(), StringComparer.Ordinal))
                Visit(target);
            sorted.Add(model);
        }
        foreach (Model model in models)
            Visit(model);
        return [.. sorted];
    }
}
