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
    [
        .. FindOrphan.Find(session, catalog, new() { Table = [table], Reference = [reference] }, _context)
            .Select(f => f.Key).OfType<string>().Take(Most),
    ];

    // Trees are looked at once more, and once for all their findings.
    private ILookup<(Enum?, string?, string?), string> Nodes(IReadOnlyList<Finding> findings)
    {
        IEnumerable<Finding> found = findings.Any(f => f is { Audit: Audit.Tree, Key: null })
            ? TestTree.Find(session, catalog, new(), _context)
            : [];
        return found.Where(f => f.Key is not null)
            .GroupBy(f => (f.Class, f.Table, f.Column))
            .SelectMany(g => g.Take(Most).Select(f => (g.Key, Row: f.Key!)))
            .ToLookup(f => f.Key, f => f.Row);
    }

    private string[] Label(string? name, string[] keys)
    {
        if (keys.Length == 0 || name is null
            || catalog.Database.Tables.FirstOrDefault(t => t.DisplayName == name) is not { } table)
            return keys;
        Dictionary<string, string?> labels = session.Read(
            $"""
            select {KeyText.Of(table, "t")}, {RowLabel.Of(catalog, table, "t")}
            from {table} t where {KeyText.Of(table, "t")} in ({keys.Select(SqlText.Value)})
            """,
            r => (r.GetString(0), Label: r.IsDBNull(1) ? null : r.GetString(1)), _context.Cancellation)
            .DistinctBy(r => r.Item1).ToDictionary(r => r.Item1, r => r.Label);
        return [.. keys.Select(k => labels.GetValueOrDefault(k) is { } label ? $"{k} ({label})" : k)];
    }
}
