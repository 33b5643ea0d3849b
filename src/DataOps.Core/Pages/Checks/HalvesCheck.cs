using DataOps.Core.Catalog;
using DataOps.Core.Connections;
using DataOps.Core.Trees;

namespace DataOps.Core.Pages;

/// <summary>Checks that a page has the rows that its content type says, and no others.</summary>
internal sealed class HalvesCheck(Session session, PageTables tables, CancellationToken cancellation)
{
    private readonly Dictionary<int, Table[]> _chains = Chains(tables);

    /// <summary>The problems, in the order of the pages' keys.</summary>
    public IEnumerable<Problem> Find() => Odd().SelectMany(Of);

    // One pass over each page type's table: which of them have a row of this id?
    private IEnumerable<Page> Odd()
    {
        string rows = tables.Specific.Count == 0
            ? $"select p.{tables.Key} as id, 0 as n from {tables.Pages.Sql} p where false"
            : string.Join(" union all ", tables.Specific.Select((t, i) => $"select {Sql.Identifier(t.SingleKey!.Name)} as id, {i} as n from {t.Sql}"));
        string chains = string.Join(", ", _chains.Select(c => $"({c.Key}, '{{{string.Join(',', c.Value.Select(IndexOf).Order())}}}'::int[])"));
        return session.Stream(
            $"""
            select coalesce(p.{tables.Key}, g.id)::text, p.content_type_id::int4, coalesce(g.ns, '{"{}"}')
            from {tables.Pages.Sql} p full join (select id, array_agg(n order by n) as ns from ({rows}) r group by id) g on g.id = p.{tables.Key}
            left join (values {chains}) e (type, ns) on e.type = p.content_type_id
            where p.{tables.Key} is null or e.type is null or coalesce(g.ns, '{"{}"}') <> e.ns
            order by coalesce(p.{tables.Key}, g.id)
            """,
            r => new Page(r.GetString(0), r.IsDBNull(1) ? null : r.GetInt32(1), [.. r.GetFieldValue<int[]>(2).Select(n => tables.Specific[n])]), cancellation);
    }

    private IEnumerable<Problem> Of(Page page)
    {
        if (page.ContentType is not { } type)
            return page.Rows.Select(t => Stray(t, page.Key, $"no row of {tables.Pages} has this key"));
        string label = tables.Catalog.ContentTypeOf(type)?.Label ?? $"{type}";
        int[] others = [.. _chains.Where(c => c.Value.Length == page.Rows.Length && c.Value.All(page.Rows.Contains)).Select(c => c.Key)];
        if (!_chains.TryGetValue(type, out Table[]? chain))
            return [new Problem(
                TreeProblem.ContentType, Severity.Error, tables.Pages, page.Key, "content_type_id", label, others.Length == 1 ? LabelOf(others[0]) : null,
                "the type is no page type of this database")];
        if (page.Rows.Length > 0 && others.Length == 1)
            return [new Problem(
                TreeProblem.ContentType, Severity.Error, tables.Pages, page.Key, "content_type_id", label, LabelOf(others[0]),
                    $"its specific row is in {page.Rows[0]}")];
        return chain.Except(page.Rows)
            .Select(t => new Problem(TreeProblem.MissingSpecific, Severity.Error, tables.Pages, page.Key, "content_type_id", label, null,
                $"{t} has no row of this key"))
            .Concat(page.Rows.Except(chain).Select(t => Stray(t, page.Key, $"the page is a {label}")));
    }

    private Problem Stray(Table table, string key, string note) =>
        new(TreeProblem.StraySpecific, Severity.Error, table, key, table.SingleKey!.Name, key, null, note);

    private string? LabelOf(int type) => tables.Catalog.ContentTypeOf(type)?.Label;

    private int IndexOf(Table table) => tables.Specific.ToList().IndexOf(table);

    private static Dictionary<int, Table[]> Chains(PageTables tables)
    {
        Dictionary<int, Table[]> chains = new() { [tables.ContentType] = [] };
        foreach (Table table in tables.Specific)
            if (tables.Catalog.ModelOf(table) is { } model)
                chains[model.ContentType] = [.. tables.Chain(table)];
        return chains;
    }

    private sealed record Page(string Key, int? ContentType, Table[] Rows);
}
