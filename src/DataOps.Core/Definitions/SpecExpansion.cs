namespace DataOps.Core.Definitions;

/// <summary>Makes of the specs of a definition one for each model of the database that they stand for.</summary>
internal static class SpecExpansion
{
    /// <summary>The specs of one template, its parameters replaced by arguments.</summary>
    /// <param name="catalog">The database's models.</param>
    /// <param name="template">The template.</param>
    /// <param name="arguments">The parameters' values.</param>
    /// <param name="includeDerived">Whether models that the application makes anew are meant by an app, and by what
    /// belongs to a row.</param>
    /// <exception cref="DataOpsException">The model or a field is not there.</exception>
    public static IReadOnlyList<(DatasetSpec Spec, Model Model)> Of(
        ReferenceCatalog catalog, SpecTemplate template, IReadOnlyDictionary<string, PlacedJson> arguments,
        bool includeDerived)
    {
        List<(DatasetSpec Spec, Model Model)> specs = [];
        DatasetSpec bound =
            template.Spec with { Filter = template.Spec.Filter.Bind(
                v => DatasetArguments.Replace(v, name => arguments.GetValueOrDefault(name))) };
        Model[] models = template.App is null
            ? [.. catalog.Models.Where(m => m.Label == bound.Model)]
            : new ReferenceWalk(catalog).Sort(
                [.. catalog.Models.Where(
                    m => m.Label.App == template.App && (includeDerived || !DjangoTables.Derived.Contains(m.Label)))]);
        if (models.Length == 0)
        {
            string what = template.App is null ? $"model \"{bound.Model}\"" : $"app \"{template.App}\"";
            throw DefinitionError.At(
                template.Place, $"the database has no {what}.", "Get-Model lists models.", ErrorIds.UnknownModel);
        }
        foreach (Model model in models)
        {
            DatasetSpec own = bound with { Model = model.Label };
            Add(specs, own, model);
            if (template.HasChildren)
                AddChildren(catalog, specs, own, model, [model.Table.Oid], includeDerived);
        }
        foreach ((string field, string what) in Named(template.Spec))
            if (!specs.Any(s => Has(s.Model, field)))
                throw DefinitionError.At(
                    template.Place, $"{what} names \"{field}\", which is no field of {template.Described}.",
                    "Get-Model lists fields.", ErrorIds.UnknownField);
        return specs;
    }

    // Rows that cannot be without the row: their halves in a child's table, and those whose reference cannot be NULL.
    private static void AddChildren(
        ReferenceCatalog catalog, List<(DatasetSpec Spec, Model Model)> specs, DatasetSpec parent, Model model,
        HashSet<uint> above, bool includeDerived)
    {
        foreach ((TargetReference reference, Model child) in new ReferenceWalk(catalog).Owned(model.Table).Where(
            o => !above.Contains(o.Reference.Table.Oid)))
        {
            if (!includeDerived && DjangoTables.Derived.Contains(child.Label))
                continue;
            Column column = reference.Column;
            string field = child.Fields.FirstOrDefault(f => f.Column == column)?.Name ?? Field.Referring(column.Name)
                ?? column.Name;
            DatasetSpec spec = parent with
            {
                Model = child.Label, Filter = parent.Filter.Under(field),
                Map = [.. parent.Map.Select(m => ($"{field}__{m.Lookup}", m.Model))],
            };
            Add(specs, spec, child);
            AddChildren(catalog, specs, spec, child, [.. above, child.Table.Oid], includeDerived);
        }
    }

    // A row belongs to another by one way or by another.
    private static void Add(List<(DatasetSpec Spec, Model Model)> specs, DatasetSpec spec, Model model)
    {
        int known = specs.FindIndex(s => s.Model == model);
        if (known < 0)
        {
            specs.Add((spec, model));
            return;
        }
        Filter other = specs[known].Spec.Filter;
        Filter both = other.IsEverything || spec.Filter.IsEverything
            ? Filter.Everything
            : new Filter.AnyOf([.. other is Filter.AnyOf any ? any.Items : [other], spec.Filter]);
        specs[known] = (spec with { Filter = both }, model);
    }

    private static IEnumerable<(string Field, string What)> Named(DatasetSpec spec) =>
        spec.Exclude.Select(f => (f, "exclude"))
            .Concat(spec.IgnoreMissingM2m.Select(f => (f, "ignoreMissingM2m")))
            .Concat(spec.DeferValues.Select(f => (f, "deferValues")));

    private static bool Has(Model model, string field) =>
        model.Fields.Any(f => f.Name == field) || model.ManyToMany.Any(l => l.Name == field);
}
