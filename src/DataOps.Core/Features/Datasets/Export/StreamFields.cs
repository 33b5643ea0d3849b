namespace DataOps.Core.Features.Datasets.Export;

/// <summary>
/// Tells Wagtail's StreamFields, which fixtures hold as a text, from other jsonb columns, which they hold as JSON; no
/// catalogue does.
/// </summary>
internal static class StreamFields
{
    private const int Sample = 100;

    /// <summary>
    /// The jsonb columns that the site's description names, and those whose values are lists of blocks; where there are
    /// only empty lists, those of pages. All models are asked at once.
    /// </summary>
    public static IReadOnlySet<(ModelLabel Model, string Column)> Of(
        Session session, ReferenceCatalog catalog, IEnumerable<Model> models)
    {
        (Model Model, Column Column)[] columns =
            [.. models.SelectMany(
                m => m.Fields.Where(f => f.Column.Type.Underlying.Name == "jsonb").Select(f => (m, f.Column)))];
        if (columns.Length == 0)
            return new HashSet<(ModelLabel, string)>();
        SqlText samples = SqlText.Join("\nunion all\n", columns.Select((c, i) => Counts(i, c.Model, c.Column)));
        return session.Query<(int Number, long Lists, long Blocks, long All)>(samples)
            .Where(n => IsDescribed(catalog, columns[n.Number].Model, columns[n.Number].Column) || (n.All == 0
                ? IsOfPage(catalog, columns[n.Number].Model, columns[n.Number].Column)
                : n.Lists == n.All && n.Blocks == n.All))
            .Select(n => (columns[n.Number].Model.Label, columns[n.Number].Column.Name))
            .ToHashSet();
    }

    private static SqlText Counts(int number, Model model, Column column) => $"""
        select {number}, count(*) filter (where jsonb_typeof(v) = 'array'),
               count(*) filter (where jsonb_typeof(v -> 0) = 'object'
                   and jsonb_exists_all(v -> 0, array['type', 'value'])),
               count(*)
        from (select {column} as v from {model.Table} where {column} is not null and {column} <> '[]' limit {Sample}) s
        """;

    private static bool IsDescribed(ReferenceCatalog catalog, Model model, Column column) =>
        catalog.Site.StreamFields.Contains((model.Label, model.FieldOf(column)));

    private static bool IsOfPage(ReferenceCatalog catalog, Model model, Column column) =>
        column.NotNull && model.Parent is { } parent && parent == catalog.TableOf(WagtailTables.Page);
}
