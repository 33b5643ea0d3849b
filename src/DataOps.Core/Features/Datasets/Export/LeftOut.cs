namespace DataOps.Core.Features.Datasets.Export;

/// <summary>The tables that a dump leaves out because nobody knows of which model they are.</summary>
internal sealed class LeftOut(Session session, ReferenceCatalog catalog, CancellationToken cancellation)
{
    private const int Named = 10;

    private readonly Table[] _tables =
        [.. catalog.Database.Tables.Where(t => catalog.LabelOf(t) is null && t.Name != DjangoTables.Migrations)];

    /// <summary>Their names, joined by commas; null when there are none.</summary>
    public string? Names => _tables.Length == 0 ? null : string.Join(",", _tables.Select(t => t.DisplayName));

    /// <summary>The names of those that hold rows: no view, no cache.</summary>
    public string[] WithRows() => [.. _tables
        .Where(t => t.Kind is TableKind.Table or TableKind.PartitionedTable && t.Name != DjangoTables.Cache)
        .Where(t => session.Query<bool>($"select exists (select 1 from {t})", cancellation)[0])
        .Select(t => t.DisplayName)];

    /// <summary>
    /// What to say of them. One table without a model and one model without a table are offered as a pair, and never
    /// taken for one.
    /// </summary>
    public string Warning(string[] names)
    {
        string more = names.Length > Named ? ", …" : "";
        string tables = string.Join(", ", names.Take(Named)) + more;
        string[] models =
            [.. catalog.ContentTypesOfUnknownTable.Select(c => c.Label.ToString()).Order(StringComparer.Ordinal)];
        string pair = models.Length == 1 && names.Length == 1
            ? $"\"{models[0]}\": \"{names[0]}\""
            : "\"app.model\": \"table\"";
        string hint = models.Length == 0
            ? "No content type lacks its table: they may be of a model of another schema, or of none."
            : $"If one is of a model, say so: -SiteDescription '{{ \"tables\": {{ {pair} }} }}'. Models without a "
                + $"table: {string.Join(", ", models.Take(Named))}{(models.Length > Named ? ", …" : "")}.";
        string what = names.Length == 1 ? "1 table with rows is" : $"{names.Length} tables with rows are";
        return $"{what} not in the dump, as no model has a table of that name: {tables}. {hint}";
    }
}
