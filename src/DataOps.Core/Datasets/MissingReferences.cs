using DataOps.Core.Catalog;
using DataOps.Core.Connections;
using DataOps.Core.Integrity;

namespace DataOps.Core.Datasets;

/// <summary>Rows of a dataset whose declared reference has no target in the database: counted all, and the first of them named.</summary>
internal sealed class MissingReferences
{
    private const int Named = 20;

    private readonly Dictionary<string, long> _counts = [];
    private readonly List<string> _rows = [];

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>Field -> table and their number, joined by semicolons; null when there are none.</summary>
    public string? Text => Count == 0 ? null : string.Join("; ", _counts.Select(c => $"{c.Key}: {c.Value}"));

    public static MissingReferences Of(Session session, ReferenceCatalog catalog, IReadOnlyList<Model> models, OperationContext context)
    {
        HashSet<uint> tables = models.SelectMany(m => m.ManyToMany.Select(l => l.Table.Oid).Append(m.Table.Oid)).ToHashSet();
        IEnumerable<Reference> references = catalog.References.Where(r =>
            tables.Contains(r.Table.Oid) && r is { Class: ReferenceClass.ForeignKey or ReferenceClass.Unvalidated or ReferenceClass.Inheritance, Target: not null });
        MissingReferences missing = new();
        foreach (Dangling dangling in new OrphanSearch(session, catalog, context).In([.. references]))
            missing.Add(catalog, dangling);
        return missing;
    }

    /// <summary>Tells the user which rows they are.</summary>
    public void Warn(OperationContext context)
    {
        if (Count > 0)
            context.Warning?.Invoke($"{Count} references in the file have no target in the database:\n{string.Join('\n', _rows)}{(Count > _rows.Count ? $"\n  and {Count - _rows.Count} more" : "")}\nFind-Orphan lists them all.");
    }

    private void Add(ReferenceCatalog catalog, Dangling dangling)
    {
        Reference reference = dangling.Reference;
        string place = $"{catalog.LabelOf(reference.Table)} {reference.Column.Name} -> {reference.Target}";
        _counts[place] = _counts.GetValueOrDefault(place) + 1;
        Count++;
        if (_rows.Count < Named)
            _rows.Add($"  {reference.Table} {dangling.Key}  {reference.Column.Name}  -> {reference.Target} {dangling.Value}");
    }
}
