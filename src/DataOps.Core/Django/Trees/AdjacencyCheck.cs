namespace DataOps.Core.Django.Trees;

/// <summary>
/// Checks what every tree with a parent column can have: missing parents, cycles, what hangs below them; and places
/// among siblings.
/// </summary>
internal sealed class AdjacencyCheck(Session session, Tree tree, CancellationToken cancellation)
{
    /// <summary>The problems, in the order of the keys.</summary>
    public IEnumerable<Problem> Find() =>
        ParentWalk.Lost(session, tree.Table.Sql, tree.Parent!, cancellation).Select(Of)
            .Concat(tree.Order is { } order ? SamePlaces(order) : []);

    private Problem Of(LostRow row)
    {
        (TreeProblem problem, string note) = row.Why switch
        {
            LostReason.Orphan => (TreeProblem.Orphan, "no row has this key"),
            LostReason.Cycle => (TreeProblem.Cycle, "it is its own ancestor"),
            _ => (TreeProblem.BelowOrphan, "the branch is not connected to a root"),
        };
        return new Problem(
            problem, Severity.Error, tree.Table, row.Key, tree.Parent!.Column.Name, row.Parent, null, note);
    }

    private IEnumerable<Problem> SamePlaces(Column order)
    {
        Column up = tree.Parent!.Column;
        return session.Read(
            $"""
            select d.key, d.place, d.first_key
            from (select {tree.Key("c")} as key, c.{order}::text as place, c.{order} as sort, c.{up} as up,
                    first_value({tree.Key("c")}) over w as first_key, row_number() over w as number
                  from {tree.Table} c window w as (partition by c.{up}, c.{order} order by {tree.KeyOrder("c")})) d
            where d.number > 1 order by d.up, d.sort, d.number
            """,
            r => new Problem(
                TreeProblem.Order, Severity.Warning, tree.Table, r.GetString(0), order.Name, r.GetString(1), null,
                    $"its sibling {r.GetString(2)} has the same place"),
            cancellation);
    }
}
