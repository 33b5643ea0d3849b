namespace DataOps.Core.Django.Models;

/// <summary>
/// The natural keys of a database's models: those that Django, Wagtail and taggit define in Python, and the operator's.
/// </summary>
internal sealed class NaturalKeys
{
    private readonly ReferenceCatalog _catalog;
    private readonly Dictionary<uint, NaturalKey> _keys = [];

    private NaturalKeys(ReferenceCatalog catalog) => _catalog = catalog;

    /// <summary>The natural keys of a database.</summary>
    /// <param name="catalog">The database's models.</param>
    /// <param name="own">The operator's, as <c>blog.author=slug</c> or
    /// <c>auth.permission=codename+content_type.app_label</c>; nothing behind the sign for a model that has
    /// none.</param>
    /// <exception cref="DataOpsException">One of <paramref name="own"/> names what is not there.</exception>
    public static NaturalKeys Of(ReferenceCatalog catalog, IReadOnlyList<string> own)
    {
        NaturalKeys keys = new(catalog);
        foreach (NaturalKey key in KnownNaturalKeys.In(catalog))
            keys._keys[key.Table.Oid] = key;
        foreach (string text in own)
            keys.Take(text);
        return keys;
    }

    /// <summary>
    /// The natural key of a table's model, its parent's where it has none of its own; null when there is none.
    /// </summary>
    public NaturalKey? Of(Table table)
    {
        if (_keys.TryGetValue(table.Oid, out NaturalKey? key))
            return key;
        return _catalog.ParentLink(table) is { } link ? Of(link.Target!)?.Through(link) : null;
    }

    /// <summary>The key that a reference is written as; null when it is written as it is.</summary>
    public NaturalKey? Of(Reference reference) =>
        reference is { Columns.Count: 1, Target: { } target } && Of(target) is { CanBeReferredTo: true } key
            ? key
            : null;

    private void Take(string text)
    {
        if (text.Split('=') is not [string label, string parts] || label.Length == 0)
            throw Invalid(text, $"\"{text}\" is not of the form app.model=field.");
        Table model = (ModelLabel.Parse(label.Trim()) is { } named ? TableOf(named) : null)
            ?? throw Invalid(text, $"There is no model {label.Trim()}.");
        if (parts.Trim().Length == 0)
            _keys.Remove(model.Oid);
        else
            _keys[model.Oid] = new NaturalKey(
                model, [.. parts.Split('+', StringSplitOptions.TrimEntries).Select(p => Part(text, model, p))], true);
    }

    // A file may bring the content types itself: then a table is known by its name alone.
    private Table? TableOf(ModelLabel label) => _catalog.TableOf(label) ?? ModelTables.Find(_catalog.Database, label);

    private NaturalKeyPart Part(string text, Table table, string path)
    {
        List<Reference> followed = [];
        string[] steps = path.Split('.');
        foreach (string step in steps[..^1])
        {
            Column column = Find(text, table, step);
            Reference reference = _catalog.ReferenceOf(table, column)
                ?? throw Invalid(text, $"{step} of {_catalog.LabelOf(table) ?? table.DisplayName} refers to no table.");
            followed.Add(reference);
            table = reference.Target!;
        }
        return new NaturalKeyPart(followed, Find(text, table, steps[^1]));
    }

    private Column Find(string text, Table table, string name) =>
        table.Find(name) ?? table.Find(name + "_id")
            ?? throw Invalid(text, $"{_catalog.LabelOf(table) ?? table.DisplayName} has no field {name}.");

    private static DataOpsException Invalid(string text, string message) =>
        new(ErrorIds.InvalidNaturalKey, FailureKind.InvalidArgument, message,
            "Write app.model=field, several fields joined by +, as auth.permission=codename+content_type.app_label.",
            text);
}
