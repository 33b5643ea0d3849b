using DataOps.Core.Django.Migrations;

namespace DataOps.Core.Features.SiteDescriptions;

/// <summary>
/// What django_migrations has and the files do not, or the other way round, and what of the files is not known.
/// </summary>
internal sealed class MigrationCheck(Session session, SiteMigrations migrations)
{
    private readonly MigrationGraph _graph = migrations.History.Graph;
    private readonly AppliedMigrations _applied = migrations.Applied!;

    /// <summary>Finds it.</summary>
    public IEnumerable<Finding> Find() =>
    [
        .. Order(), .. WithoutFile(), .. _graph.Nodes.Where(k => !_applied.Has(_graph[k])).Order().Select(NotApplied),
        .. OutOfOrder(), .. Unread(), .. NotKnown(),
    ];

    private Finding Of(DriftProblem problem, Severity severity, string text, string? remedy = null) =>
        Drift.Of(session, problem, severity, text, remedy) with
        {
            Table = DjangoTables.Migrations,
        };

    // Django refuses to migrate, or to start at all.
    private IEnumerable<Finding> Order()
    {
        HashSet<string> read = [.. migrations.History.Folders.Select(f => f.App)];
        foreach ((MigrationKey missing, MigrationKey by, Doubt doubt) in _graph.Missing)
            yield return read.Contains(missing.App)
                ? Of(DriftProblem.Migrations, Severity.Error,
                    $"{by} names {missing}, of which there is no file: Django cannot load the migrations")
                    with { Value = missing.ToString() }
                : Of(DriftProblem.Migrations, Severity.Expected,
                    $"{by} names {missing}, whose app is not below -MigrationPath") with { Value = missing.ToString() };
        foreach (IGrouping<string, MigrationKey> fork in _graph.Forks)
            yield return Of(DriftProblem.Migrations, Severity.Error,
                $"{fork.Key} has {fork.Count()} last migrations, {string.Join(" and ", fork.Select(k => k.Name))}: "
                    + "migrate refuses",
                $"python3 manage.py makemigrations --merge {fork.Key}");
        if (_graph.Circle is { } circle)
            yield return Of(DriftProblem.Migrations, Severity.Error,
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
                    ? Of(DriftProblem.WithoutFile, Severity.Warning,
                        $"{key} is applied, and there is no file of it: the code is older than the database, and does "
                            + "not know what it changed") with { Value = key.ToString() }
                    : Of(DriftProblem.WithoutFile, Severity.Expected,
                        $"{key} is applied, and there is no file of it, as after a squash",
                        $"python3 manage.py migrate {key.App} --prune") with { Value = key.ToString() };
    }

    private Finding NotApplied(MigrationKey key) =>
        Of(DriftProblem.NotApplied, Severity.Warning,
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
                    yield return Of(DriftProblem.OutOfOrder, Severity.Error,
                        $"{key} is applied before {parent}, which it depends on and which is not applied: migrate "
                            + "refuses with InconsistentMigrationHistory",
                        $"python3 manage.py sqlmigrate {parent.App} {parent.Name}") with { Value = key.ToString() };
                else if (before > Place(key))
                    yield return Of(DriftProblem.OutOfOrder, Severity.Expected,
                        $"{key} was recorded before {parent}, which it depends on: one of them was added by hand, or "
                            + "depends on the other only since") with { Value = key.ToString() };
    }

    private IEnumerable<Finding> Unread()
    {
        foreach (UnreadMigrations unread in migrations.Unread)
            yield return Of(DriftProblem.NotKnown, unread.IsAmbiguous ? Severity.Warning : Severity.Expected,
                $"{unread.Subject} is not compared: {unread.Why}");
        foreach (string app in migrations.Folders.Select(f => f.App).Distinct()
            .Where(a => !_applied.ByApp.Contains(a)))
            yield return Of(DriftProblem.NotApplied, Severity.Expected,
                $"no migration of {app} is applied: it is not installed, or was never migrated");
        HashSet<string> older = [.. _applied.After(migrations.History).Select(a => a.Folder.App)];
        foreach ((string app, IReadOnlyList<Doubt> doubts) in migrations.State.AppDoubts
            .Where(a => !older.Contains(a.Key)).Select(a => (a.Key, (IReadOnlyList<Doubt>)a.Value)))
            yield return Of(DriftProblem.NotKnown, Severity.Warning,
                $"the models of {app} are not compared: {doubts[0]}");
    }

    private IEnumerable<Finding> NotKnown() => migrations.State.Models.Values
        .Where(m => !m.IsKnown && !m.Is("proxy") && !migrations.State.AppDoubts.ContainsKey(m.App))
        .OrderBy(m => m.Label.ToString(), StringComparer.Ordinal)
        .Select(m => Drift.Of(session, DriftProblem.NotKnown, Severity.Expected,
            $"{m.Label} is not compared: {m.Doubts[0]}") with { Model = m.Label.ToString(), Table = m.Table });
}
