namespace DataOps.Core.Django.Models;

/// <summary>Finds the tables of models by their labels.</summary>
internal sealed class ModelTables(DatabaseCatalog database, IReadOnlyList<ContentType> contentTypes)
{
    private readonly Dictionary<ModelLabel, Table?> _tables = contentTypes.DistinctBy(c => c.Label).ToDictionary(
        c => c.Label, c => c.Table);
    private readonly HashSet<string> _apps = [.. contentTypes.Select(c => c.Label.App)];

    /// <summary>The table of a model that has a content type; null without.</summary>
    /// <remarks>
    /// An app without any content type may not have been filled yet: its tables are found by their names.
    /// </remarks>
    public Table? Find(ModelLabel label) =>
        _tables.TryGetValue(label, out Table? table) || _apps.Contains(label.App) ? table : Find(database, label);

    /// <summary>
    /// The table that Django names after a model: by Meta.db_table of its own models, else by its rule. Null when there
    /// is none of that name.
    /// </summary>
    public static Table? Find(DatabaseCatalog database, ModelLabel label) =>
        (DjangoTables.TableNames.TryGetValue(label, out string? own) ? database.Find(own) : null)
            ?? database.Find(DjangoName.OfTable(label));
}
