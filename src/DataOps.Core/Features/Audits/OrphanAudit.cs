using DataOps.Core.Django.References;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Audits;

/// <summary>The orphans of Find-Orphan, one finding a reference, or one a row.</summary>
internal static class OrphanAudit
{
    public static IEnumerable<DatabaseFinding> Find(Session session, ReferenceCatalog catalog, TestDatabaseOptions options, OperationContext context) =>
        FindOrphan.Find(session, catalog, new FindOrphanOptions
        {
            IncludeExpected = options.Severity == Severity.Expected,
            Summary = !options.Detailed,
        }, context).Select(Finding);

    private static DatabaseFinding Finding(IOrphanFinding orphan)
    {
        OrphanSummary? sum = orphan as OrphanSummary;
        Orphan? row = orphan as Orphan;
        string type = row?.Class ?? sum!.Class;
        long count = sum?.Count ?? 1;
        return new DatabaseFinding(
            orphan.Server!, orphan.Database!, orphan.Severity, nameof(Audit.Orphan), type, count, orphan.Model, orphan.Table, orphan.Column, row?.Key,
            Problem(orphan, type, count, row), Remedy(orphan, type));
    }

    private static string Problem(IOrphanFinding orphan, string type, long count, Orphan? row)
    {
        string target = orphan.References ?? "anything";
        return row is not null
            ? $"{orphan.Column} {row.Value} is not in {target}{(row.Note is null ? "" : $": {row.Note}")}"
            : $"{count} {(count == 1 ? "row has" : "rows have")} no target in {target} ({type})";
    }

    // Nodes without a parent and ids inside texts are not single columns that could be cleared.
    private static string Remedy(IOrphanFinding orphan, string type)
    {
        string find = $"Find-Orphan -Reference '{orphan.Reference}'";
        if (orphan.Severity == nameof(Severity.Expected))
            return find + " -IncludeExpected";
        return type is nameof(ReferenceClass.Tree) or nameof(ReferenceClass.Embedded) ? find : $"{find} | Repair-Orphan -WhatIf";
    }
}
