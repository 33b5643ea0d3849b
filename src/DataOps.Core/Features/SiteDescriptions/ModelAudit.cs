using DataOps.Core.Django.Migrations;
using DataOps.Core.Files;

namespace DataOps.Core.Features.SiteDescriptions;

/// <summary>A contradiction between a site's code and its database.</summary>
public enum ModelProblem : long
{
    /// <summary>The description of the site says what the database contradicts.</summary>
    Description,

    /// <summary>A model, or a many-to-many field, without a table.</summary>
    MissingTable,

    /// <summary>A table without a model.</summary>
    UnknownTable,

    /// <summary>A field without a column.</summary>
    MissingColumn,

    /// <summary>A column without a field.</summary>
    UnknownColumn,

    /// <summary>A column of another type than its field's.</summary>
    ColumnType,

    /// <summary>A column that may be NULL where its field may not, or the other way round.</summary>
    Nullability,

    /// <summary>A migration that is applied, and of which there is no file.</summary>
    WithoutFile,

    /// <summary>A migration of the files that is not applied.</summary>
    NotApplied,

    /// <summary>A migration that was applied before one that it depends on.</summary>
    OutOfOrder,

    /// <summary>Migrations that Django cannot put into an order.</summary>
    Migrations,

    /// <summary>Models that could not be compared, as the files do not say all of them.</summary>
    NotKnown,
}

/// <summary>
/// Compares the database with the models and migrations of the site's files, and with its description; reads only.
/// </summary>
internal static class ModelAudit
{
    /// <summary>Finds where they differ; nothing where neither files nor a description are given.</summary>
    /// <param name="session">The session, in the audit's transaction.</param>
    /// <param name="catalog">Tables and models.</param>
    /// <param name="migrationPath">Folders, wheels, zip and tar files with migrations; may be empty.</param>
    /// <param name="context">Cancellation.</param>
    /// <exception cref="DataOpsException">There are no migrations, or they cannot be read.</exception>
    public static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, IReadOnlyList<string> migrationPath, OperationContext context)
    {
        IEnumerable<Finding> contradictions = Contradictions(session, catalog, migrationPath);
        if (migrationPath.Count == 0)
            return contradictions;
        using MigrationSources sources = new(migrationPath);
        SiteMigrations migrations = SiteMigrations.Read(
            sources.Files, migrationPath, [],
            AppliedMigrations.Read(session, catalog.Database, context.Cancellation), catalog);
        Check check = new(session, Audit.Model, context);
        return
        [
            .. contradictions,
            .. new MigrationCheck(session, migrations).Find(),
            .. new ModelCheck(session, catalog, migrations, check).Find(),
        ];
    }

    /// <summary>A finding, with what all of them have.</summary>
    public static Finding Of(
        Session session, ModelProblem problem, Severity severity, string text, string? remedy = null) => new()
        {
            Server = session.Server,
            Database = session.Database,
            Severity = severity,
            Audit = Audit.Model,
            Class = problem,
            Problem = text,
            Remedy = remedy,
        };

    // What a person wrote only a person can correct; the rest is written anew.
    private static IEnumerable<Finding> Contradictions(
        Session session, ReferenceCatalog catalog, IReadOnlyList<string> migrationPath)
    {
        string? file = session.Settings.Site is { } site && File.Exists(site) ? site : null;
        HashSet<(string, string)> byHand =
            file is null ? [] : [.. DescriptionFile.ByHand(file).Select(e => (e.Member, e.Key))];
        string? rewrite = file is null || migrationPath.Count == 0 ? null
            : $"Export-SiteDescription {string.Join(", ", migrationPath.Select(Quoted))} {Quoted(file)}";
        return catalog.Contradictions.Select(c => Of(session, ModelProblem.Description, Severity.Warning,
            $"the site's description says something of {c.Subject}, but {c.What}: it is not used",
            byHand.Contains((c.Member, c.Key)) ? null : rewrite) with
        {
            Table = c.Table?.DisplayName,
            Model = c.Table is null ? null : catalog.LabelOf(c.Table),
            Value = c.Key.Length == 0 ? null : c.Key,
        });
    }

    private static string Quoted(string path) => path.All(c => char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
        ? path
        : $"'{path.Replace("'", "''")}'";
}

/// <summary>What django_migrations has and the files do not, or the other way round.</summary>
internal sealed class MigrationCheck(Session session, SiteMigrations migrations)
{
    private readonly MigrationGraph _graph = migrations.History.Graph;
    private readonly AppliedMigrations _applied = migrations.Applied!;

    /// <summary>Finds it.</summary>
    public IEnumerable<Finding> Find() =>
    [
        .. Order(), .. WithoutFile(), .. _graph.Nodes.Where(k => !_applied.Has(_graph[k])).Order().Select(NotApplied),
        .. OutOfOrder(), .. Unread(),
    ];

    private Finding Of(ModelProblem problem, Severity severity, string text, string? remedy = null) =>
        ModelAudit.Of(session, problem, severity, text, remedy) with
        {
            Table = DjangoTables.Migrations,
        };

    // Django refuses to migrate, or to start at all.
    private IEnumerable<Finding> Order()
    {
        HashSet<string> read = [.. migrations.History.Folders.Select(f => f.App)];
        foreach ((MigrationKey missing, MigrationKey by, Doubt doubt) in _graph.Missing)
            yield return read.Contains(missing.App)
                ? Of(ModelProblem.Migrations, Severity.Error,
                    $"{by} names {missing}, of which there is no file: Django cannot load the migrations")
                    with { Value = missing.ToString() }
                : Of(ModelProblem.Migrations, Severity.Expected,
                    $"{by} names {missing}, whose app is not below -MigrationPath") with { Value = missing.ToString() };
        foreach (IGrouping<string, MigrationKey> fork in _graph.Forks)
            yield return Of(ModelProblem.Migrations, Severity.Error,
                $"{fork.Key} has {fork.Count()} last migrations, {string.Join(" and ", fork.Select(k => k.Name))}: "
                    + "migrate refuses",
                $"python3 manage.py makemigrations --merge {fork.Key}");
        if (_graph.Circle is { } circle)
            yield return Of(ModelProblem.Migrations, Severity.Error,
                $"{circle.What} ({circle.File}): Django cannot load the migrations");
    }

    private IEnumerable<Finding> WithoutFile()
    {
        HashSet<MigrationKey> known = [.. _graph.Nodes.SelectMany(k => _graph[k].Replaces.Prepend(k))];
        HashSet<MigrationKey> newest = [.. _applied.After(migrations.History).Select(
            a => new MigrationKey(a.Folder.App, a.Name))];
        foreach (MigrationFolder folder in migrations.History.Folders)
            foreach (MigrationKey key in _applied.ByApp[folder.App].Distinct().Where(n => !folder.Files.ContainsKey(n))
                .Select(n => new MigrationKey(folder.App, n)).Where(k => !known.Contains(k)))
                yield return newest.Contains(key)
                    ? Of(ModelProblem.WithoutFile, Severity.Warning,
                        $"{key} is applied, and there is no file of it: the code is older than the database, and does "
                            + "not know what it changed") with { Value = key.ToString() }
                    : Of(ModelProblem.WithoutFile, Severity.Expected,
                        $"{key} is applied, and there is no file of it, as after a squash",
                        $"python3 manage.py migrate {key.App} --prune") with { Value = key.ToString() };
    }

    private Finding NotApplied(MigrationKey key) =>
        Of(ModelProblem.NotApplied, Severity.Warning,
            $"{key} is not applied: the code expects what it changes",
            $"python3 manage.py migrate {key.App} {key.Name}")
        with
        {
            Value = key.ToString(),
        };

    private IEnumerable<Finding> OutOfOrder()
    {
        Dictionary<MigrationKey, int> places = [];
        foreach (MigrationKey key in _applied.Rows)
            places.TryAdd(key, places.Count);
        // A squash is recorded when what it replaces was applied long ago.
        int? Place(MigrationKey key) =>
            _graph[key].Replaces is { Count: > 0 } replaces && replaces.All(places.ContainsKey)
                ? replaces.Max(r => places[r])
                : places.TryGetValue(key, out int place) ? place : null;
        foreach (MigrationKey key in _graph.Nodes.Where(k => Place(k) is not null).Order())
            foreach (MigrationKey parent in _graph.ParentsOf(key))
                if (Place(parent) is not { } before)
                    yield return Of(ModelProblem.OutOfOrder, Severity.Error,
                        $"{key} is applied before {parent}, which it depends on and which is not applied: migrate "
                            + "refuses with InconsistentMigrationHistory",
                        $"python3 manage.py sqlmigrate {parent.App} {parent.Name}") with { Value = key.ToString() };
                else if (before > Place(key))
                    yield return Of(ModelProblem.OutOfOrder, Severity.Expected,
                        $"{key} was recorded before {parent}, which it depends on: one of them was added by hand, or "
                            + "depends on the other only since") with { Value = key.ToString() };
    }

    private IEnumerable<Finding> Unread()
    {
        foreach ((string app, bool isAmbiguous, string why) in migrations.Left)
            yield return Of(ModelProblem.NotKnown, isAmbiguous ? Severity.Warning : Severity.Expected,
                $"{app} is not compared: {why}");
        foreach (string app in MigrationHistory.Find(migrations.Files).Select(f => f.App).Distinct()
            .Where(a => !_applied.ByApp.Contains(a)))
            yield return Of(ModelProblem.NotApplied, Severity.Expected,
                $"no migration of {app} is applied: it is not installed, or was never migrated");
        HashSet<string> older = [.. _applied.After(migrations.History).Select(a => a.Folder.App)];
        foreach ((string app, IReadOnlyList<Doubt> doubts) in migrations.State.AppDoubts
            .Where(a => !older.Contains(a.Key)).Select(a => (a.Key, (IReadOnlyList<Doubt>)a.Value)))
            yield return Of(ModelProblem.NotKnown, Severity.Warning,
                $"the models of {app} are not compared: {doubts[0]}");
    }
}
