using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.Core.Datasets;

/// <summary>Tells Wagtail's StreamFields, which fixtures hold as a text, from other jsonb columns, which they hold as JSON; no catalogue does.</summary>
internal static class StreamFields
{
    private const int Sample = 100;

    /// <summary>The jsonb columns whose values are lists of blocks; where there are only empty lists, those of pages.</summary>
    public static HashSet<string> Of(Session session, Model model) =>
        model.Fields.Select(f => f.Column).Where(c => c.Type.Underlying.Name == "jsonb" && IsStreamField(session, model, c)).Select(c => c.Name).ToHashSet();

    private static bool IsStreamField(Session session, Model model, Column column)
    {
        string name = Sql.Identifier(column.Name);
        (long lists, long blocks, long all) = session.List<(long, long, long)>($"""
            select count(*) filter (where jsonb_typeof(v) = 'array'),
                   count(*) filter (where jsonb_typeof(v -> 0) = 'object' and jsonb_exists_all(v -> 0, array['type', 'value'])),
                   count(*)
            from (select {name} as v from {model.Table.Sql} where {name} is not null and {name} <> '[]' limit {Sample}) s
            """)[0];
        return all == 0 ? model.Parent?.Name == "wagtailcore_page" && column.NotNull : lists == all && blocks == all;
    }
}
