using System.Text.Json;

namespace DataOps.Core.Django.References;

/// <summary>Keys of one model's rows in the blocks of a StreamField that the site's description names.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="Target">The model that the keys are of.</param>
/// <param name="Tables">The tables that may have the row.</param>
/// <param name="Paths">The names of the blocks that lead to each chooser.</param>
internal sealed record ChooserLink(
    Table Table, Column Column, ContentType Target, IReadOnlyList<Table> Tables,
    IReadOnlyList<IReadOnlyList<string>> Paths) : EmbeddedLink(Table, Column, Target, Tables)
{
    // What a ListBlock holds.
    private const string Item = "item";

    // What a TypedTableBlock holds: below it is the name of a column's block.
    private const string Cell = "cell";

    /// <summary>Those of a database.</summary>
    /// <param name="contentTypes">All content types.</param>
    /// <param name="named">The models that Wagtail's index names as targets, by django_content_type.id.</param>
    /// <param name="site">The site's description.</param>
    /// <param name="texts">Whose texts are read; all without.</param>
    /// <remarks>A StreamField that is a text, as before Wagtail 3, may hold what is no JSON: it is left out.</remarks>
    public static IEnumerable<ChooserLink> Of(
        IReadOnlyList<ContentType> contentTypes, IReadOnlySet<int> named, SiteDescription site,
        Func<Table, ModelLabel, bool>? texts)
    {
        ContentType[] models = [.. contentTypes.Where(c => c.Table is { IsReadable: true }).DistinctBy(
            c => c.Table!.Oid)];
        return
            from chooser in site.ChooserBlocks
            let model = models.FirstOrDefault(c => c.Label == chooser.Model)
            where model is not null && (texts is null || texts(model.Table!, model.Label))
            let column = site.ColumnsOf(chooser.Model, chooser.Field).Select(model.Table!.Find)
                .FirstOrDefault(c => c?.Type.Underlying.Name is "jsonb" or "json")
            let own = models.FirstOrDefault(c => c.Label == chooser.Target)
            where column is not null && own?.Table?.SingleKey is not null
            group chooser.Path by (model.Table!, column, own) into paths
            let target = WagtailTables.Links.Any(l => l.Model == paths.Key.own.Label)
                ? TargetOf(paths.Key.own, models, named)
                : (paths.Key.own, [paths.Key.own.Table!])
            select new ChooserLink(paths.Key.Item1, paths.Key.column, target.Item1, target.Item2, [.. paths]);
    }

    /// <inheritdoc/>
    public override string Evidence => $"chooser blocks: {string.Join(", ", Paths.Select(p => string.Join('.', p)))}";

    private protected override SqlText MayHold(Alias alias)
    {
        IEnumerable<string> blocks = Paths.Select(p => p[0]).Distinct()
            .Select(name => $"[{{\"type\": \"{JsonEncodedText.Encode(name)}\"}}]");
        return $"({SqlText.Join(" or ", blocks.Select(b => (SqlText)$"{Json(alias)} @> {SqlText.Value(b)}::jsonb"))})";
    }

    private protected override SqlText Ids(Alias alias) => $"""
        select case jsonb_typeof(b.value) when 'number' then trim_scale(b.value::numeric)::text
            when 'string' then nullif(b.value #>> array[]::text[], '') end as id, b.path
        from ({SqlText.Join(" union all ", Paths.Select(p => Values(alias, p)))}) b
        where jsonb_typeof(b.value) in ('number', 'string')
        """;

    private SqlText Json(Alias alias) => $"{Column.In(alias)}::jsonb";

    // The values at the end of a path, each with its place as Wagtail's index writes it: blocks by their ids.
    private SqlText Values(Alias alias, IReadOnlyList<string> path)
    {
        SqlText from = $"(select {Json(alias)} as value, {SqlText.Value(Column.Name)}::text as path) b0";
        for (int i = 0; i < path.Count; i++)
            from = $"{from}, lateral ({Step(Block(i), path[i])}) {Block(i + 1)}";
        return $"select {Block(path.Count)}.value, {Block(path.Count)}.path from {from}";
    }

    private static SqlText ArrayIn(Alias block, string member) => $"""
        case jsonb_typeof({block}.value -> {SqlText.Value(member)})
          when 'array' then {block}.value -> {SqlText.Value(member)} end
        """;

    private static Alias Block(int number) => new($"b{number}");

    // From a StreamBlock to its blocks of a name, from a StructBlock to its one, from a ListBlock to all that it holds:
    // as they are (before Wagtail 2.16), or as blocks.
    private static SqlText Step(Alias block, string name)
    {
        SqlText isItem = $"""
            jsonb_exists_all(e.value, array['id', 'value']) and e.value ->> 'type' = {SqlText.Value(Item)}
            """;
        SqlText ofArray = name == Item
            ? (SqlText)$"""
                select case when {isItem} then e.value -> 'value' else e.value end as value, {block}.path || '.'
                         || case when {isItem} then e.value ->> 'id' else {SqlText.Value(Item)} end as path
                from jsonb_array_elements(case jsonb_typeof({block}.value) when 'array' then {block}.value end) e
                """
            : (SqlText)$"""
                select e.value -> 'value' as value,
                       {block}.path || '.' || coalesce(e.value ->> 'id', {SqlText.Value(name)}) as path
                from jsonb_array_elements(case jsonb_typeof({block}.value) when 'array' then {block}.value end) e
                where e.value ->> 'type' = {SqlText.Value(name)}
                """;
        SqlText ofTable = name == Cell
            ? $"""
                union all
                select jsonb_build_object(c.value ->> 'type', r.value -> 'values' -> (c.ordinality - 1)::int4),
                       {block}.path || '.rows.' || (r.ordinality - 1) || '.values.' || (c.ordinality - 1)
                from jsonb_array_elements({ArrayIn(block, "columns")}) with ordinality c,
                     jsonb_array_elements({ArrayIn(block, "rows")}) with ordinality r
                where c.value ->> 'type' is not null
                """
            : SqlText.Empty;
        return $"""
            {ofArray}
            union all
            select {block}.value -> {SqlText.Value(name)}, {block}.path || '.' || {SqlText.Value(name)}
            where jsonb_typeof({block}.value) = 'object'
            {ofTable}
            """;
    }
}
