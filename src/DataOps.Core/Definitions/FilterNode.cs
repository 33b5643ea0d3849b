namespace DataOps.Core.Definitions;

/// <summary>What the look-ups of one object say of one row, and of the rows that it leads to.</summary>
internal sealed class FilterNode(Table table)
{
    private readonly List<(Hop Hop, FilterNode Node)> _children = [];

    /// <summary>What is said of the row itself.</summary>
    public List<LookupSql> Conditions { get; } = [];

    /// <summary>The steps that must lead to a row.</summary>
    public IEnumerable<Hop> Required => _children.Where(c => !c.Node.AcceptsNothing).Select(c => c.Hop);

    // Django joins to the left only where all conditions accept that there is nothing.
    private bool AcceptsNothing => Conditions.All(c => c.AcceptsNothing) && _children.All(c => c.Node.AcceptsNothing);

    /// <summary>The node at the end of some steps, the same for the same steps.</summary>
    public FilterNode At(IReadOnlyList<Hop> hops)
    {
        FilterNode node = this;
        foreach (Hop hop in hops)
        {
            FilterNode? next = node._children.FirstOrDefault(c => c.Hop == hop).Node;
            if (next is null)
                node._children.Add((hop, next = new FilterNode(hop.To)));
            node = next;
        }
        return node;
    }

    /// <summary>The condition on the row.</summary>
    /// <param name="alias">Its alias.</param>
    /// <param name="rows">What stands for a table that a step leads to.</param>
    /// <param name="end">What ends the query of a step.</param>
    public SqlText Condition(Alias alias, Func<Table, SqlText> rows, SqlText end)
    {
        IEnumerable<SqlText> own = Conditions.Select(c => c.Condition(alias));
        return SqlText.Join(" and ",
            own.Concat(_children.Select((c, i) => Elsewhere(c.Hop, c.Node, alias, $"{alias}_{i}", rows, end))));
    }

    /// <inheritdoc/>
    public override string ToString() => table.DisplayName;

    private static SqlText Elsewhere(
        Hop hop, FilterNode node, Alias from, Alias alias, Func<Table, SqlText> tables, SqlText end)
    {
        SqlText rows =
            $"select 1 from {tables(hop.To)} {alias} where {ColumnEquality.Of(hop.On, alias, hop.From, from)}";
        SqlText exists = $"exists ({rows} and {node.Condition(alias, tables, end)}{end})";
        return node.AcceptsNothing ? (SqlText)$"({exists} or not exists ({rows}{end}))" : exists;
    }
}
