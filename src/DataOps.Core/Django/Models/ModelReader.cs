namespace DataOps.Core.Django.Models;

/// <summary>
/// Finds the models of a database: content types, tables, automatic many-to-many tables, inheritance.
/// </summary>
internal sealed class ModelReader(
    DatabaseCatalog database, IReadOnlyList<ContentType> contentTypes, IReadOnlyList<Reference> references,
    SiteDescription site)
{
    private readonly ILookup<uint, Reference> _references = references.ToLookup(r => r.Table.Oid);

    public IReadOnlyList<Model> Read()
    {
        ContentType[] withTable = contentTypes.Where(c => c.Table is { IsReadable: true })
            .DistinctBy(c => c.Table!.Oid).ToArray();
        ILookup<uint, ManyToManyList> lists = ManyToManyLists(withTable);
        return withTable.Select(c => ToModel(c, lists))
            .OrderBy(m => m.Label.ToString(), StringComparer.Ordinal).ToArray();
    }

    private Model ToModel(ContentType contentType, ILookup<uint, ManyToManyList> lists)
    {
        Table table = contentType.Table!;
        HashSet<string> referring = _references[table.Oid].Where(r => r.IsField).Select(r => r.Column.Name).ToHashSet();
        return new Model(
            contentType.Label,
            contentType.Id,
            table,
            table.PrimaryKey.Select(k => table.Find(k)!).ToArray(),
            // The fields of a composite key are written in both places (Django 5.2).
            table.Columns.Where(c => table.PrimaryKey.Count != 1 || c.Name != table.PrimaryKey[0]).Select(
                c => new Field(FieldName(contentType.Label, c, referring), c)).ToArray(),
            // Made one after the other, in the order in which the model defines them.
            lists[table.Oid].OrderBy(l => l.Table.Oid).ToArray(),
            _references[table.Oid].FirstOrDefault(r => r.IsParentLink)?.Target);
    }

    private string FieldName(ModelLabel model, Column column, HashSet<string> referring) =>
        site.Columns.FirstOrDefault(c => c.Model == model && c.Column == column.Name).Field
            ?? (referring.Contains(column.Name) ? Field.Referring(column.Name) : null) ?? column.Name;

    // Three columns, two of which refer, no content type of its own; of two possible owners the one with the longer
    // name.
    private ILookup<uint, ManyToManyList> ManyToManyLists(ContentType[] models)
    {
        HashSet<uint> own = models.Select(m => m.Table!.Oid).ToHashSet();
        return database.Tables
            .Where(t => t.IsReadable && !own.Contains(t.Oid) && t.Columns.Count == 3 && t.PrimaryKey.Count == 1)
            .Select(t =>
                (Table: t,
                References: _references[t.Oid].Where(r => r.IsField).DistinctBy(r => r.Column.Name).ToArray()))
            .Where(j => j.References.Length == 2)
            .Select(j => ToList(j.Table, j.References, models))
            .Where(l => l.List is not null)
            .ToLookup(l => l.Owner, l => l.List!);
    }

    private (uint Owner, ManyToManyList? List) ToList(Table table, Reference[] references, ContentType[] models)
    {
        // A list of its own model has from_x_id and to_x_id.
        Reference[] sources =
            [.. references.OrderBy(r => r.Column.Name.StartsWith("from_", StringComparison.Ordinal) ? 0 : 1)];
        return (
            from source in sources
            let target = sources.First(r => r != source)
            where source.Target?.Schema == table.Schema && models.Any(m => m.Table == source.Target)
            let targetModel = models.FirstOrDefault(m => m.Table == target.Target)?.Label.Name ?? target.Target?.Name
                ?? ""
            let told = site.ManyToManyOf(table)
            let name = told is { } list
                ? models.Any(m => m.Label == list.Model && m.Table == source.Target) ? list.Field : null
                : ManyToManyName.Of(table.Name, source.Target!.Name, targetModel)
            where name is not null
            orderby source.Target!.Name.Length descending
            select (source.Target!.Oid,
                new ManyToManyList(name, table, source.Column, target.Column)
                {
                    IsSymmetrical = source.Target == target.Target
                        && site.Symmetrical.Any(f => f.Field == name
                            && models.Any(m => m.Label == f.Model && m.Table == source.Target)),
                })).FirstOrDefault();
    }
}
