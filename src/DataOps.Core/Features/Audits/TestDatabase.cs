using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Privileges;
using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Sequences;
using DataOps.Core.Features.Storages;
using DataOps.Core.Features.Trees;
using Npgsql;

namespace DataOps.Core.Features.Audits;

/// <summary>Options of <see cref="TestDatabase"/>.</summary>
public sealed partial record TestDatabaseOptions : IOfOneDatabase
{
    /// <summary>Audits to run. Default: all.</summary>
    [Option(Position = 0)]
    public IReadOnlyList<Audit> Audit { get; init; } = [];

    /// <summary>
    /// Least severe findings to report; Expected includes history that outlives its target by design.
    /// </summary>
    public Severity Severity { get; init; } = Severity.Warning;

    /// <summary>
    /// Report one finding per row (per value of doubled rows) instead of one per reference or kind of problem.
    /// </summary>
    public bool Detailed { get; init; }

    /// <summary>
    /// More references without a foreign key, as table.column=target_table; their orphans count as history.
    /// </summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>
    /// Columns that name a model's rows in results, as app.model=column; several joined by commas, none for no label.
    /// Default: title, name, slug, username or the like.
    /// </summary>
    [Option(Form = OptionForm.Label, Wildcards = true)]
    public IReadOnlyList<string> Label { get; init; } = [];

    /// <summary>Labels of all installed apps, or a file of them; content types of other apps are stale.</summary>
    [Option(Completes = OptionNames.AppLabel, Form = OptionForm.NamesOrFile)]
    [MustExist(FileAdvice.SiteList)]
    public IReadOnlyList<string> InstalledApp { get; init; } = [];

    /// <summary>
    /// Models that exist in the code, as app.model, or a file of all of them (it must name contenttypes.contenttype).
    /// </summary>
    [Option(Completes = OptionNames.ModelName, Form = OptionForm.NamesOrFile)]
    [MustExist(FileAdvice.SiteList)]
    public IReadOnlyList<string> LiveModel { get; init; } = [];

    /// <summary>The role that the application connects with: report the privileges that it lacks.</summary>
    public string? ApplicationRole { get; init; }

    /// <summary>
    /// Folders, wheels, zip and tar files with the migrations of the site's apps: report where the database is not as
    /// they say.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [NotWith(nameof(ReferencePath))]
    [MustExist(FileAdvice.Migrations)]
    public IReadOnlyList<string> MigrationPath { get; init; } = [];

    /// <summary>
    /// Models that settings name, as AUTH_USER_MODEL=accounts.User (default: as the database has it), and modules of
    /// migrations, as MIGRATION_MODULES.shop=shop.db_migrations.
    /// </summary>
    [Option(Form = OptionForm.Pair)]
    [OnlyWith(nameof(MigrationPath))]
    public IReadOnlyList<string> Setting { get; init; } = [];

    /// <summary>
    /// A schema, as Export-Schema or pg_dump --schema-only write it: report where the database is another one.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [MustExist(FileAdvice.Schema)]
    public string? ReferencePath { get; init; }

    /// <summary>
    /// Folders of files, as name=folder: media=/srv/site/media, the first that of Django's default storage. Report
    /// where files and the rows that name them do not fit.
    /// </summary>
    public IReadOnlyList<string> Storage { get; init; } = [];

    /// <summary>
    /// Findings of an earlier audit, as JSON: tell of each finding whether it is new, has grown, is known, or is gone.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [MustExist(FileAdvice.Baseline, Unless = nameof(UpdateBaseline))]
    public string? Baseline { get; init; }

    /// <summary>
    /// Only findings that audits of -Baseline have seen first since then: a date, as 2026-11-01, or a span back from
    /// now, as 7d, 36h, 30m.
    /// </summary>
    [Option(Form = OptionForm.Time)]
    [OnlyWith(nameof(Baseline))]
    public string? Since { get; init; }

    /// <summary>Write the findings to the file of -Baseline afterwards; it need not be there.</summary>
    [OnlyWith(nameof(Baseline))]
    public bool UpdateBaseline { get; init; }

    string? IOfOneDatabase.OptionOfOne => Baseline is null ? null : nameof(Baseline);
}

/// <summary>Runs all audits in one snapshot, one result per finding; none for a healthy database.</summary>
/// <remarks>
/// A check that cannot be completed, as the role may not read a table, is a finding itself
/// (<see cref="AuditProblem.CheckFailed"/>).
/// </remarks>
[Operation("Test", "Database")]
public sealed class TestDatabase : Operation<TestDatabaseOptions, Finding>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A list or the catalogue cannot be read, there is no such role, or the
    /// connection is lost.</exception>
    protected override IEnumerable<Finding> Execute(
        Session session, TestDatabaseOptions options, OperationContext context)
    {
        bool asksPrivileges = options.Audit.Contains(Audit.Privilege);
        OptionCheck.Given(nameof(options.ApplicationRole), options.ApplicationRole is not null || !asksPrivileges,
            "Name the role whose privileges are audited.");
        OptionCheck.OnlyWith(nameof(options.ApplicationRole), options.ApplicationRole is not null,
            options.Audit.Count == 0 || asksPrivileges, $"-{nameof(options.Audit)} {Audit.Privilege}");
        bool asksDrift = options.Audit.Contains(Audit.Drift);
        bool comparesSchema = options.Audit.Count == 0 || asksDrift;
        OptionCheck.Given(nameof(options.MigrationPath),
            options.MigrationPath.Count > 0 || options.ReferencePath is not null || session.Settings.Site is not null
                || !asksDrift,
            "Name the migrations of the site's apps, a file of Export-Schema, or the site's description, with which "
                + $"{Audit.Drift} compares.");
        OptionCheck.OnlyWith(nameof(options.MigrationPath), options.MigrationPath.Count > 0,
            comparesSchema, $"-{nameof(options.Audit)} {Audit.Drift}");
        OptionCheck.OnlyWith(nameof(options.ReferencePath), options.ReferencePath is not null,
            comparesSchema, $"-{nameof(options.Audit)} {Audit.Drift}");
        bool asksStorage = options.Audit.Contains(Audit.Storage);
        OptionCheck.Given(nameof(options.Storage), options.Storage.Count > 0 || !asksStorage,
            "Name the folders whose files are compared with the rows, as media=/srv/site/media.");
        OptionCheck.OnlyWith(nameof(options.Storage), options.Storage.Count > 0,
            options.Audit.Count == 0 || asksStorage, $"-{nameof(options.Audit)} {Audit.Storage}");
        foreach (StorageFolder storage in StorageFolder.Parse(options.Storage))
            storage.Require();
        if (options.ApplicationRole is { } role)
            PrivilegeAudit.Require(session, role, context.Cancellation);
        AuditBaseline? baseline = options.Baseline is { } path
            ? AuditBaseline.Read(path, session.Settings.Schema, options.Detailed, options.UpdateBaseline)
            : null;
        DateTime? since = options.Since is { } text
            ? PointInTime.Parse(nameof(options.Since), text, baseline!.Now)
            : null;
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        ReferenceCatalog catalog = ReferenceCatalog.Read(
            session, options.SoftReference,
            withEmbedded: options.Audit.Count == 0 || options.Audit.Contains(Audit.Orphan),
            // What the description contradicts is a finding then.
            reading: comparesSchema ? new() : context, labels: options.Label);
        foreach (Finding finding in Find(session, catalog, options, baseline, context))
            if (since is null || finding.FirstSeen >= since)
                yield return finding;
        if (since is not null && baseline!.Undated > 0)
            context.Warning?.Invoke(
                $"{Counted.Of(baseline.Undated, "finding")} left out, as nobody knows since when: the baseline is of "
                    + "an older version, and has no date of them.");
        if (options.UpdateBaseline)
            baseline!.Write(options.Baseline!, Ran(session, options), options.Severity);
    }

    /// <summary>Finds them in a transaction that is the caller's, and compares them with a baseline.</summary>
    internal static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, TestDatabaseOptions options, AuditBaseline? baseline,
        OperationContext context)
    {
        foreach (Finding finding in Find(session, catalog, options, context))
            yield return baseline?.Judge(finding) ?? finding;
        foreach (Finding finding in baseline?.Gone(Ran(session, options), options.Severity) ?? [])
            yield return finding;
    }

    private static Audit[] Ran(Session session, TestDatabaseOptions options) =>
    [
        .. Enum.GetValues<Audit>().Where(a => options.Audit.Contains(a)
            || (options.Audit.Count == 0 && HasWhatItNeeds(a, session, options))),
    ];

    // Some audits have nothing to do without an option.
    private static bool HasWhatItNeeds(Audit audit, Session session, TestDatabaseOptions options) => audit switch
    {
        Audit.Privilege => options.ApplicationRole is not null,
        Audit.Drift => options.MigrationPath.Count > 0 || options.ReferencePath is not null
            || session.Settings.Site is not null,
        Audit.Storage => options.Storage.Count > 0,
        _ => true,
    };

    /// <summary>Runs them in a transaction that is the caller's.</summary>
    internal static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, TestDatabaseOptions options, OperationContext context)
    {
        using FindingLabels labels = new(session, catalog, context);
        foreach (Audit audit in Enum.GetValues<Audit>().Where(
            a => options.Audit.Count == 0 || options.Audit.Contains(a)))
        {
            context.Report($"Auditing {audit}", 0, null);
            foreach (Finding finding in Find(audit, session, catalog, options, labels, context))
                if (finding.Severity <= options.Severity)
                    yield return finding.Plain();
        }
    }

    private static IEnumerable<Finding> Find(
        Audit audit, Session session, ReferenceCatalog catalog, TestDatabaseOptions options, FindingLabels labels,
        OperationContext context) => audit switch
        {
            Audit.Orphan => FindOrphan.Find(
                session, catalog,
                new() { IncludeExpected = options.Severity == Severity.Expected, Summary = !options.Detailed },
                context, labels),
            Audit.Constraint => ConstraintAudit.Find(session, catalog),
            Audit.ContentType => new Check(session, audit, context).Run(
                () => FindStaleContentType.Find(session, catalog,
                    new() { InstalledApp = options.InstalledApp, LiveModel = options.LiveModel }, context), []),
            Audit.Sequence => SequenceAudit.Find(session, catalog, context),
            // Each row's label is read only where each row is told.
            Audit.Tree when options.Detailed => TestTree.Find(
                session, catalog, new(), options.Severity == Severity.Expected, context, labels),
            Audit.Tree => labels.AddTo(Sums(
                TestTree.Find(session, catalog, new(), options.Severity == Severity.Expected, context))),
            Audit.Uniqueness => labels.AddTo(Summed(options, new UniquenessAudit(session, catalog, context).Find())),
            Audit.Schema => SchemaAudit.Find(session, catalog, options.Detailed, context),
            Audit.Privilege when options.ApplicationRole is { } role =>
                new PrivilegeAudit(session, catalog, role, context.Cancellation).Find(options.Detailed),
            Audit.Privilege => [],
            Audit.Drift => DriftAudit.Find(session, catalog, options, context),
            Audit.Storage when options.Storage.Count > 0 => new Check(session, audit, context).Run(
                () => labels.AddTo(Summed(options, new StorageAudit(session, catalog,
                    new(StorageFolder.Parse(options.Storage), [], options.MigrationPath, options.Setting), new([]),
                    readsContents: false, context).Find())), []),
            Audit.Storage => [],
            _ => throw new ArgumentOutOfRangeException(nameof(audit)),
        };

    private static IEnumerable<Finding> Summed(TestDatabaseOptions options, IEnumerable<Finding> findings) =>
        options.Detailed ? findings : Sums(findings);

    // As many sums as there are kinds of problems in a column, however many rows have them.
    private static IEnumerable<Finding> Sums(IEnumerable<Finding> findings)
    {
        Dictionary<(Enum?, Severity, string?, string?), (Finding First, List<string> Keys, long Count)> sums = [];
        foreach (Finding finding in findings)
        {
            (Enum?, Severity, string?, string?) kind = (finding.Class, finding.Severity, finding.Table, finding.Column);
            sums[kind] = sums.TryGetValue(kind, out (Finding First, List<string> Keys, long Count) sum)
                ? (sum.First, sum.Keys, sum.Count + finding.Count)
                : (finding with { Key = null }, [], finding.Count);
            List<string> keys = sums[kind].Keys;
            keys.AddRange((finding.Key is { } key ? [key] : finding.FirstRows?.Keys ?? [])
                .Take(FirstRows.Most - keys.Count));
        }
        // Of files only the place tells which: it is of the first alone.
        static bool IsOfOneFile(Finding finding) => finding is { Audit: Audit.Storage, Table: null };
        return sums.Values.Select(s => s.First with
        {
            Count = s.Count,
            FirstRows = new(s.Keys),
            Problem = s.Count == s.First.Count
                ? s.First.Problem
                : $"{Counted.Of(s.Count, s.First.Table is null ? "file" : "row")}; the first: {s.First.Problem}",
            Reference = s.Count > s.First.Count && IsOfOneFile(s.First) ? null : s.First.Reference,
            Remedy = s.Count > s.First.Count && IsOfOneFile(s.First) ? null : s.First.Remedy,
            Value = s.Count == s.First.Count ? s.First.Value : null,
            Expected = s.Count == s.First.Count ? s.First.Expected : null,
        });
    }
}
