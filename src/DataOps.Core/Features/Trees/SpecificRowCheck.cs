using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>Checks that a page has the rows that its content type says, and no others.</summary>
internal sealed class SpecificRowCheck(Session session, PageTables tables, CancellationToken cancellation)
{
    private const int Bits = 31;
    private readonly Dictionary<int, Table[]> _chains = Chains(tables);

    /// <summary>The problems, in the order of the pages' keys.</summary>
    public IEnumerable<Problem> Find() => Odd().SelectMany(Of);

    // The rows that a page should have less those that there are: each table counts for a bit of its own, so nothing is
    // left where they are the same.
    private IEnumerable<Page> Odd()
    {
        int columns = (tables.Specific.Count / Bits) + 1;
        Column key = tables.Pages.SingleKey!;
        SqlText[] names = [.. Enumerable.Range(0, columns).Select(i => SqlText.Raw($"w{i}"))];
        IEnumerable<SqlText> types = _chains.Select(c => (SqlText)$"({SqlText.Literal(c.Key)}, {Weights(c.Value)})");
        SqlText rows = SqlText.Join("", tables.Specific.Select(
            t => (SqlText)$" union all select {t.SingleKey!}, 0, {Weights([t], isNegative: true)} from {t}"));
        SqlText left = SqlText.Join(" or ", names.Select(n => (SqlText)$"sum({n}) <> 0"));
        IEnumerable<SqlText> present = tables.Specific.Select(
            (t, i) => (SqlText)$"case when exists (select 1 from {t} s where s.{t.SingleKey!} = o.id) then {i} end");
        return session.Read(
            $"""
            with e (type, {names}) as (values {types}),
            odd as (
              select id from (
                select p.{key} as id, (e.type is null)::int4 as unknown, {names}
                from {tables.Pages} p left join e on e.type = p.content_type_id
                {rows}) x
              group by id having {left} or sum(unknown) > 0)
            select o.id::text, p.content_type_id::int4, array_remove(array[{present}]::int4[], null)
            from odd o left join {tables.Pages} p on p.{key} = o.id order by o.id
            """,
            r => new Page(r.GetString(0), r.IsDBNull(1) ? null : r.GetInt32(1),
                [.. r.GetFieldValue<int[]>(2).Select(n => tables.Specific[n])]), cancellation);
    }

    // A bit a table, in as many columns as they need: sums of int4 are cheap.
    private IEnumerable<SqlText> Weights(IReadOnlyList<Table> chain, bool isNegative = false)
    {
        int[] weights = new int[(tables.Specific.Count / Bits) + 1];
        foreach (int index in chain.Select(IndexOf))
            weights[index / Bits] |= 1 << (index % Bits);
        return weights.Select(w => SqlText.Literal(isNegative ? -w : w));
    }

    private IEnumerable<Problem> Of(Page page)
    {
        if (page.ContentType is not { } type)
            return page.Rows.Select(t => Stray(t, page.Key, $"no row of {tables.Pages} has this key"));
        string label = tables.Catalog.ContentTypeOf(type)?.Label ?? $"{type}";
        Problem Wrong(TreeProblem problem, string? expected, string note) => new(
            problem, Severity.Error, tables.Pages, page.Key, "content_type_id", label, expected, note);
        int[] others =
            [.. _chains.Where(c => c.Value.Length == page.Rows.Length && c.Value.All(page.Rows.Contains))
                .Select(c => c.Key)];
        string? other = others.Length == 1 ? tables.Catalog.ContentTypeOf(others[0])?.Label : null;
        if (!_chains.TryGetValue(type, out Table[]? chain))
            return [Wrong(TreeProblem.ContentType, other, "the type is no page type of this database")];
        if (page.Rows.Length > 0 && others.Length == 1)
            return [Wrong(TreeProblem.ContentType, other, $"its specific row is in {page.Rows[0]}")];
        return chain.Except(page.Rows)
            .Select(t => Wrong(TreeProblem.MissingSpecific, null, $"{t} has no row of this key"))
            .Concat(page.Rows.Except(chain).Select(t => Stray(t, page.Key, $"the page is a {label}")));
    }

    private Problem Stray(Table table, string key, string note) =>
        new(TreeProblem.StraySpecific, Severity.Error, table, key, table.SingleKey!.Name, key, null, note);

    private int IndexOf(Table table) => tables.Specific.ToList().IndexOf(table);

    private static Dictionary<int, Table[]> Chains(PageTables tables)
    {
        Dictionary<int, Table[]> chains = new() { [tables.ContentType] = [] };
        foreach (Table table in tables.Specific)
            if (tables.Catalog.ModelOf(table) is { } model)
                chains[model.ContentType] = [.. tables.Chain(table).Skip(1)];
        return chains;
    }

    private sealed record Page(string Key, int? ContentType, Table[] Rows);
}
