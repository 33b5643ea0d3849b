using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using Npgsql;

namespace DataOps.Core.Features.Audits;

/// <summary>What <see cref="TestDatabase"/> looks at, and what it is told.</summary>
public sealed partial record TestDatabaseOptions
{
    /// <summary>Audits to run. Default: all.</summary>
    [Option(Position = 0)]
    public IReadOnlyList<Audit> Audit { get; init; } = [];

    /// <summary>
    /// Least severe findings to report; Expected includes history that outlives its target by design.
    /// </summary>
    public Severity Severity { get; init; } = Severity.Warning;

    /// <summary>Report one finding per row instead of one per reference or kind of tree problem.</summary>
    public bool Detailed { get; init; }

    /// <summary>
    /// More references without a foreign key, as table.column=target_table; their orphans count as history.
    /// </summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>Labels of all installed apps, or a file of them; content types of other apps are stale.</summary>
    [Option(Completes = OptionNames.AppLabel, Form = OptionForm.NamesOrFile)]
    public IReadOnlyList<string> InstalledApp { get; init; } = [];

    /// <summary>
    /// Models that exist in the code, as app.model, or a file of all of them (it must name contenttypes.contenttype).
    /// </summary>
    [Option(Completes = OptionNames.ModelName, Form = OptionForm.NamesOrFile)]
    public IReadOnlyList<string> LiveModel { get; init; } = [];
}

/// <summary>Runs every audit there is, in one snapshot: one result a finding, none for a database that is well.</summary>
[Operation("Test", "Database")]
public sealed class TestDatabase : Operation<TestDatabaseOptions, DatabaseFinding>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A list cannot be read, or the server refused a query.</exception>
    protected override IEnumerable<DatabaseFinding> Execute(Session session, TestDatabaseOptions options, OperationContext context)
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
