using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.Audits;

/// <summary>What <see cref="TestDatabase"/> looks at, and what it is told.</summary>
public sealed record TestDatabaseOptions
{
    /// <summary>Which audits; all when empty.</summary>
    public IReadOnlyList<Audit> Audit { get; init; } = [];

    /// <summary>The least severe findings to report: Error, Warning, or Expected for history that outlives its target by design as well.</summary>
    public Severity Severity { get; init; } = Severity.Warning;

    /// <summary>One finding a row, instead of one a reference, or a kind of problem in a tree, with its number of rows.</summary>
    public bool Detailed { get; init; }

    /// <summary>More references without a constraint, as table.column=target_table; an orphan there is taken for history.</summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>The labels of all installed apps, or a file of them: what content types are judged by.</summary>
    public IReadOnlyList<string> InstalledApp { get; init; } = [];

    /// <summary>Models that are there, as app.model, or a file of all of them.</summary>
    public IReadOnlyList<string> LiveModel { get; init; } = [];
}

/// <summary>Runs every audit there is, in one snapshot: one result a finding, none for a database that is well.</summary>
[Operation("Test", "Database")]
public sealed class TestDatabase : IOperation<TestDatabaseOptions, DatabaseFinding>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A list cannot be read, or the server refused a query.</exception>
    public IEnumerable<DatabaseFinding> Run(Session session, TestDatabaseOptions options, OperationContext context)
    {
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference);
        foreach (Audit audit in Enum.GetValues<Audit>().Where(a => options.Audit.Count == 0 || options.Audit.Contains(a)))
        {
            context.Report($"Auditing {audit}", 0, null);
            foreach (DatabaseFinding finding in Find(audit, session, catalog, options, context))
                if (Enum.Parse<Severity>(finding.Severity) <= options.Severity)
                    yield return finding;
        }
    }

    private static IEnumerable<DatabaseFinding> Find(
        Audit audit, Session session, ReferenceCatalog catalog, TestDatabaseOptions options, OperationContext context) => audit switch
        {
            Audit.Orphan => OrphanAudit.Find(session, catalog, options, context),
            Audit.Constraint => ConstraintAudit.Find(session, catalog),
            Audit.ContentType => ContentTypeAudit.Find(session, catalog, options, context),
            Audit.Sequence => KeySequenceAudit.Find(session, catalog, context),
            Audit.Tree => TreeAudit.Find(session, catalog, options, context),
            _ => throw new ArgumentOutOfRangeException(nameof(audit)),
        };
}
