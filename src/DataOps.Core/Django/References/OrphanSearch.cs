using DataOps.Core.Operations;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Django.References;

/// <summary>A row that points at nothing.</summary>
/// <param name="Reference">By which reference.</param>
/// <param name="Key">The row's key, as text.</param>
/// <param name="Value">What it points at, as text.</param>
/// <param name="Target">The table in which nothing is, where each row names its own.</param>
/// <param name="Note">What else there is to know.</param>
internal sealed record DanglingReference(Reference Reference, string Key, string Value, Table? Target = null, string? Note = null);

/// <summary>Searches references for rows without a target, each class in its way.</summary>
internal sealed class OrphanSearch(Session session, ReferenceCatalog catalog, OperationContext context)
{
    /// <summary>The dangling rows, table after table; a caller that stops early ends the query on the server.</summary>
    /// <param name="references">The references to search.</param>
    /// <param name="condition">Which rows of a table to look at, with c for the table; null for all. Only references with one known target take it.</param>
    public IEnumerable<DanglingReference> In(IReadOnlyList<Reference> references, Func<Table, string?>? condition = null)
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

    private IEnumerable<DanglingReference> Of(Table child, Reference[] references, string? condition)
    {
        Reference[] plain = references.Where(r => r is { Target: not null, Class: not (ReferenceClass.Tree or ReferenceClass.Embedded) }).ToArray();
        IEnumerable<DanglingReference> found = PlainSearch.In(session, child, plain, condition, context.Cancellation);
        foreach (Reference reference in references.Except(plain))
            found = found.Concat(reference switch
            {
                { Class: ReferenceClass.Generic } => new GenericSearch(session, catalog, reference, context.Cancellation).Objects(),
                { Class: ReferenceClass.Inheritance } => new GenericSearch(session, catalog, reference, context.Cancellation).SpecificHalves(),
                { Class: ReferenceClass.Tree } => TreeSearch.In(session, reference, context.Cancellation),
                { Class: ReferenceClass.Embedded } => EmbeddedSearch.In(session, catalog, reference, context.Cancellation),
                _ => throw new InvalidOperationException($"{reference.Class} without a target"),
            });
        return found;
    }
}
