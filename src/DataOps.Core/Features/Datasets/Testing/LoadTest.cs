using System.Diagnostics;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Files;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Testing;

/// <summary>
/// Tests a dataset file against a database: plans its load, takes everything back, and tells what was found.
/// </summary>
internal sealed class LoadTest(Session session, TestDatasetOptions options, OperationContext context)
{
    private readonly List<string> _warnings = [];
    private StagingArea? _read;
    private DatasetLoad? _load;
    private IReadOnlyList<ModelPlan> _plans = [];
    private IReadOnlyList<DatasetProblem> _privileges = [];
    private DataOpsException? _refusal;

    private IReadOnlyList<DeletionExcess> Excesses => _load?.Deletion.Excesses ?? [];

    /// <summary>Emits the findings, the plan where there could be one, and the sum.</summary>
    public IEnumerable<IDatasetTestResult> Run()
    {
        Stopwatch watch = Stopwatch.StartNew();
        FixtureFile file = FixtureFile.Of(options.Path, options.Format);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, options.SoftReference, withEmbedded: false);
        Plan(catalog, file);
        List<DatasetFinding> findings =
            [.. Errors(file), .. _warnings.Select(w => Warning(file, ErrorIds.LoadWarning, null, null, w, null)),
                .. LackingFields(file)];
        findings.AddRange(Heads(catalog, file, findings));
        foreach (DatasetFinding finding in findings)
            yield return finding;
        foreach (ModelPlan plan in _plans)
            yield return plan;
        yield return Sum(file, findings, watch);
    }

    // Disposing takes the transaction back; whatever is not the file's fault is the caller's to hear.
    private void Plan(ReferenceCatalog catalog, FixtureFile file)
    {
        using LoadStages stages = new(session, catalog, file, options, context with { Warning = _warnings.Add });
        _read = stages.Area;
        try
        {
            StagedFile staged = stages.Stage();
            using NpgsqlTransaction transaction = session.Connection.BeginTransaction(
                System.Data.IsolationLevel.ReadCommitted);
            using ChangeSet changes = new(session, "Test-Dataset", context.Cancellation);
            _load = stages.Plan(staged, changes);
            _plans = [.. ImportPlan.Of(session, catalog, _load, changes, options, context.Cancellation)
                .OfType<ModelPlan>()];
            _privileges = [.. MissingPrivileges.Of(session, catalog, _load, changes, context.Cancellation)];
        }
        catch (DataOpsException e) when (
            e.Kind is FailureKind.InvalidData or FailureKind.PermissionDenied || e.Id == ErrorIds.ProtectedRows)
        {
            _refusal = e;
        }
    }

    private IEnumerable<DatasetFinding> Errors(FixtureFile file) =>
        Problems().Select(p => DatasetFinding.Of(session.Server, session.Database, file.Path, p));

    private IEnumerable<DatasetProblem> Problems() => _refusal switch
    {
        null => Excesses.Select(e => new DatasetProblem(e.Id, 0, e.Advice, ["", "", "", e.What])).Concat(_privileges),
        DatasetException e => e.Problems,
        { } e => [new DatasetProblem(e.Id, 0, e.Advice, ["", "", "", e.Message])],
    };

    private IEnumerable<DatasetFinding> LackingFields(FixtureFile file)
    {
        foreach (StagingTable table in _read?.Tables ?? [])
        {
            string[] lacking =
                [.. table.Columns.Where(c => !table.Shapes.All(s => s.Contains(c))).Select(c => c.Field)];
            if (lacking.Length == 0)
                continue;
            string[] partly =
                [.. table.Columns.Where(c => lacking.Contains(c.Field) && table.Shapes.Any(s => s.Contains(c))).Select(
                    c => c.Field)];
            string who = partly.Length == 0 ? "no object has"
                : partly.Length == lacking.Length ? "some objects lack"
                : $"no object has, or some lack ({string.Join(", ", partly)})";
            string becomes = options.MissingField == MissingField.Default ? "they take their defaults"
                : "rows that are there keep their values, new ones take the column's default";
            yield return Warning(
                file, ErrorIds.LackingField, table.Model.Label, string.Join(", ", lacking),
                $"the database has fields that {who}: {becomes}",
                "Compare the migrations of the application that wrote the file with this database's.");
        }
    }

    // Which of the two is behind, the operator can tell from the newest migration.
    private IEnumerable<DatasetFinding> Heads(
        ReferenceCatalog catalog, FixtureFile file, IReadOnlyList<DatasetFinding> findings)
    {
        string[] apps = [.. findings
            .Where(f => f.Id is ErrorIds.UnknownModel or ErrorIds.UnknownField or ErrorIds.LackingField)
            .Select(f => ModelLabel.Parse(f.Model!)?.App)
            .OfType<string>()
            .Distinct()];
        IReadOnlyList<(string App, string Name)> heads = apps.Length == 0
            ? []
            : MigrationHeads.Of(session, catalog.Database, context.Cancellation);
        return apps.Select(app => Warning(
            file, ErrorIds.MigrationHead, app, null,
            heads.FirstOrDefault(h => h.App == app) is { Name: { } name }
                ? $"the newest migration of {app} in the database is {name}"
                : $"the database has no migration of {app}",
            $"Compare it with manage.py showmigrations {app} where the file was written."));
    }

    private DatasetFinding Warning(
        FixtureFile file, string id, string? model, string? field, string problem, string? advice) =>
        new()
        {
            Server = session.Server,
            Database = session.Database,
            Severity = Severity.Warning,
            Model = model,
            Problem = problem,
            Remedy = advice,
            Path = file.Path,
            Id = id,
            Field = field,
        };

    private DatasetTest Sum(FixtureFile file, IReadOnlyList<DatasetFinding> findings, Stopwatch watch) => new(
        session.Server, session.Database, file.Path, !Problems().Any(), _read?.Objects ?? 0, _read?.Tables.Count ?? 0,
        _load?.Written, _load?.Inserted, _load?.Updated, _load?.Deleted,
        _load?.Unchanged, _load?.Skipped, _read?.Ignored ?? 0,
        (_refusal as DatasetException)?.Count ?? Problems().Count(),
        findings.Count(f => f.Severity == Severity.Warning),
        Missing(), Math.Round(watch.Elapsed.TotalSeconds, 3));

    private string? Missing()
    {
        IEnumerable<string?> missing = Problems().Select(p => p.Id is ErrorIds.UnknownModel or ErrorIds.UnknownField
            ? string.Join('.', new[] { p.Cells[0], p.Cells[2] }.Where(c => c.Length > 0))
            : p.MissingModel);
        missing = missing.Concat(_read?.Unknown.Keys ?? []);
        string text = string.Join(", ", missing.Where(m => m is { Length: > 0 }).Distinct());
        return text.Length == 0 ? null : text;
    }
}
