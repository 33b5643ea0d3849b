namespace DataOps.Core.Django.References;

/// <summary>
/// Searches references for rows without a target: those of a table with known targets in one pass, others each in its
/// way.
/// </summary>
internal sealed class ReferenceSearch(Session session, ReferenceCatalog catalog, OperationContext context)
{
    /// <summary>The dangling rows, table after table; a caller that stops early ends the query on the server.</summary>
    /// <param name="references">The references to search.</param>
    /// <param name="condition">Which rows of a table to look at, with c for the table; null for all. Only references
    /// with one known target take it.</param>
    public IEnumerable<DanglingReference> In(
        IReadOnlyList<Reference> references, Func<Table, SqlText?>? condition = null)
    {
        long total = references.Select(r => r.Table).DistinctBy(t => t.Oid).Sum(t => t.EstimatedRows ?? 0);
        long done = 0;
        foreach (IGrouping<uint, Reference> table in references.GroupBy(r => r.Table.Oid))
        {
            Table child = table.First().Table;
            context.Report($"Searching {child}", done, total > 0 ? total : null);
            foreach (DanglingReference dangling in Of(child, [.. table], condition?.Invoke(child)))
                yield return dangling;
            done += child.EstimatedRows ?? 0;
        }
    }

    private IEnumerable<DanglingReference> Of(Table child, Reference[] references, SqlText? condition)
    {
        TargetReference[] plain =
            [.. references.OfType<TargetReference>().Select(r => r.For(session, context.Cancellation))];
        return TargetSearch.In(session, child, plain, condition, context.Cancellation)
            .Concat(references.Where(r => r is not TargetReference).SelectMany(
                r => r.Find(session, catalog, context.Cancellation)));
    }
}
