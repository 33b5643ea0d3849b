namespace DataOps.Core.Definitions;

/// <summary>A step from a row to others: over a reference, or to the rows of a many-to-many table.</summary>
/// <param name="From">The column of the row that it starts from.</param>
/// <param name="To">The table that it leads to.</param>
/// <param name="On">The column there that is equal.</param>
internal sealed record Hop(Column From, Table To, Column On);

/// <summary>Where the path of a look-up leads, and what is left of it.</summary>
/// <param name="Hops">The steps, none where the column is the row's own.</param>
/// <param name="Table">The table that the column is in.</param>
/// <param name="Column">The column.</param>
/// <param name="Rest">What stands behind the field: a part of a date, the look-up, or nothing.</param>
internal sealed record FilterPath(IReadOnlyList<Hop> Hops, Table Table, Column Column, IReadOnlyList<string> Rest)
{
    /// <summary>Follows a path from a model.</summary>
    /// <exception cref="DataOpsException">A name is no field.</exception>
    public static FilterPath Of(ReferenceCatalog catalog, Model model, string path, JsonPlace place)
    {
        string[] names = path.Split("__");
        List<Hop> hops = [];
        Model current = model;
        for (int i = 0; ; i++)
        {
            (Table table, Column column, bool canFollow) = Field(catalog, current, names[i], hops)
                ?? throw DefinitionError.At(
                    place, $"{path}: {current.Label} has no field \"{names[i]}\"{Fields(catalog, current)}.",
                    "Get-Model lists fields. Paths lead forward, over references and many-to-many fields.",
                    ErrorIds.UnknownField);
            Reference? reference = canFollow ? catalog.ReferenceOf(table, column) : null;
            Model? next = reference?.Target is { } target ? catalog.ModelOf(target) : null;
            if (i + 1 == names.Length || next is null || Field(catalog, next, names[i + 1], []) is null)
                return Trimmed(hops, table, column, names[(i + 1)..]);
            hops.Add(new Hop(column, reference!.Target!, reference.TargetColumns[0]));
            current = next;
        }
    }

    /// <summary>Follows a path to the rows that it leads to.</summary>
    /// <exception cref="DataOpsException">A name is no field that refers.</exception>
    public static (IReadOnlyList<Hop> Hops, Model Model) ToRows(
        ReferenceCatalog catalog, Model model, string path, JsonPlace place)
    {
        FilterPath found = Of(catalog, model, path, place);
        return found.Rest.Count == 0
            && catalog.ReferenceOf(found.Table, found.Column) is { Target: { } target } reference
            && catalog.ModelOf(target) is { } end
            ? ([.. found.Hops, new Hop(found.Column, target, reference.TargetColumns[0])], end)
            : throw DefinitionError.At(
                place, $"{path} of {model.Label} leads to no rows of a model.", id: ErrorIds.UnknownField);
    }

    // Adds the steps to a parent's half and to a many-to-many table; a column named with its _id is no way to anywhere.
    private static (Table Table, Column Column, bool CanFollow)? Field(
        ReferenceCatalog catalog, Model model, string name, List<Hop> hops)
    {
        for (Model? half = model; half is not null;)
        {
            if (half.Key is [{ } key]
                && (name == "pk"
                || name == key.Name || (catalog.ReferenceOf(half.Table, key) is not null && name + "_id" == key.Name)))
                return (half.Table, key, name == "pk" || name != key.Name);
            if (half.Fields.FirstOrDefault(f => f.Name == name) is { } field)
                return (half.Table, field.Column, true);
            if (half.Fields.FirstOrDefault(f => f.Column.Name == name) is { } raw)
                return (half.Table, raw.Column, false);
            if (half.ManyToMany.FirstOrDefault(l => l.Name == name) is { } list)
            {
                hops.Add(new Hop(half.Key[0], list.Table, list.OwnerColumn));
                return (list.Table, list.TargetColumn, true);
            }
            if (catalog.ParentLink(half.Table) is not { } link)
                return null;
            hops.Add(new Hop(link.Column, link.Target!, link.TargetColumns[0]));
            half = catalog.ModelOf(link.Target!);
        }
        return null;
    }

    // The key of what is referred to stands in the referring column: no step is needed, as Django takes none.
    private static FilterPath Trimmed(List<Hop> hops, Table table, Column column, string[] rest)
    {
        List<Table> tables = [.. hops.Select(h => h.To)];
        while (hops.Count > 0 && hops[^1].On == column && hops[^1].To == table && !IsMany(hops, table))
        {
            column = hops[^1].From;
            hops.RemoveAt(hops.Count - 1);
            table = hops.Count > 0 ? hops[^1].To : OwnerOf(column, tables);
        }
        return new FilterPath([.. hops], table, column, rest);
    }

    private static bool IsMany(List<Hop> hops, Table table) =>
        hops[^1].To == table && table.SingleKey != hops[^1].On
            && !table.UniqueKeys.Any(k => k.Count == 1 && k[0] == hops[^1].On.Name);

    private static Table OwnerOf(Column column, List<Table> tables) =>
        tables.FirstOrDefault(t => t.Columns.Contains(column)) ?? tables[0];

    private static string Fields(ReferenceCatalog catalog, Model model)
    {
        IEnumerable<string> names = model.Key.Select(k => k.Name).Concat(model.Fields.Select(f => f.Name))
            .Concat(model.ManyToMany.Select(l => l.Name));
        string parent = catalog.ParentLink(model.Table)?.Target is { } half && catalog.LabelOf(half) is { } label
            ? $", and those of {label}"
            : "";
        return $" (fields: {string.Join(", ", names)}{parent})";
    }
}
