namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// The models that a dataset file can name: those of the database's content types, and, as a file may bring the content
/// types itself, any table named as Django would, or the site's description.
/// </summary>
internal sealed class FixtureModels(ReferenceCatalog catalog)
{
    private readonly Dictionary<ModelLabel, Model> _registered = catalog.Models.ToDictionary(m => m.Label);
    private readonly Dictionary<uint, ModelLabel> _assumed = [];

    /// <summary>The model of a label; null when there is no table for it.</summary>
    public Model? Find(string label)
    {
        if (ModelLabel.Parse(label) is not { } known)
            return null;
        known = catalog.Site.Proxies.GetValueOrDefault(known, known);
        if (_registered.TryGetValue(known, out Model? model))
            return model;
        return catalog.Site.TableOf(catalog.Database, known) is { IsReadable: true } table
            ? Assume(known, table)
            : null;
    }

    /// <summary>Whether the database has a content type of a label for which there is no table.</summary>
    public bool IsWithoutTable(string label) =>
        ModelLabel.Parse(label) is { } known && catalog.ContentTypesWithoutTable.Any(c => c.Label == known);

    /// <summary>
    /// The user model, where a table is the one that it took the place of; null for any other table.
    /// </summary>
    public string? SuccessorOf(Table table) =>
        table == catalog.Users.Retired ? LabelOf(catalog.Users.Current!) : null;

    /// <summary>What a person calls a table's rows.</summary>
    public string LabelOf(Table table) =>
        _assumed.GetValueOrDefault(table.Oid) ?? catalog.LabelOf(table) ?? table.DisplayName;

    // Without content types every table could be a model; those that look like a many-to-many list are one, unless the
    // file names them itself.
    private Model? Assume(ModelLabel label, Table table)
    {
        _assumed[table.Oid] = label;
        ContentType[] contentTypes = catalog.Database.Tables
            .Where(t => t.IsReadable && (t == table || catalog.ModelOf(t) is not null || !IsJoin(t)))
            .Select(t => new ContentType(0, t == table ? label : LabelIn(t), t))
            .ToArray();
        return new ModelReader(catalog.Database, contentTypes, catalog.References, catalog.Site).Read()
            .FirstOrDefault(m => m.Table == table);
    }

    private ModelLabel LabelIn(Table table) => catalog.ModelOf(table)?.Label
        ?? catalog.Site.Tables.FirstOrDefault(t => SiteDescription.TableNamed(catalog.Database, t.Value) == table).Key
        ?? new ModelLabel("", table.Name);

    private static bool IsJoin(Table table) =>
        table.Columns.Count == 3 && table.PrimaryKey.Count == 1 && table.ForeignKeys.Count == 2;
}
