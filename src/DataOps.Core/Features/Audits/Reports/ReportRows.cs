using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Features.Audits.Reports;

/// <summary>The first rows of each finding, by what a person calls them.</summary>
internal sealed class ReportRows(Session session, ReferenceCatalog catalog, OperationContext context)
{
    private const int Most = 5;

    private readonly OperationContext _context = context with { Progress = null };

    /// <summary>The rows of each finding, in the order of the findings; none where it is about no rows.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Of(IReadOnlyList<Finding> findings)
    {
        ILookup<(Enum?, string?, string?), string> nodes = Nodes(findings);
        return
        [
            .. findings.Select(f => Label(f.Table, f switch
            {
                { Key: { } key } => [key],
                { Class: ReferenceClass, Reference: { } name, Table: { } table } => Orphans(table, name),
                { Audit: Audit.Tree } => [.. nodes[(f.Class, f.Table, f.Column)]],
                _ => [],
            })),
        ];
    }

    private string[] Orphans(string table, string reference) =>
        FindOrphan.FirstKeys(session, catalog, table, reference, Most, _context);

    // Trees are looked at once more, and once for all their findings.
    private ILookup<(Enum?, string?, string?), string> Nodes(IReadOnlyList<Finding> findings)
    {
        IEnumerable<Finding> found = findings.Any(f => f is { Audit: Audit.Tree, Key: null })
            ? TestTree.Find(session, catalog, new(), findings.Any(f => f.Severity == Severity.Expected), _context)
            : [];
        return found.Where(f => f.Key is not null)
            .GroupBy(f => (f.Class, f.Table, f.Column))
            .SelectMany(g => g.Take(Most).Select(f => (g.Key, Row: f.Key!)))
            .ToLookup(f => f.Key, f => f.Row);
    }

    private IReadOnlyList<string> Label(string? name, string[] keys) =>
        catalog.Database.Tables.FirstOrDefault(t => t.DisplayName == name) is { } table
            ? RowLabel.Of(session, catalog, table, keys, _context.Cancellation)
            : keys;
}
