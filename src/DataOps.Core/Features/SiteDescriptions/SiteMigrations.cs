using DataOps.Core.Django.Migrations;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Features.SiteDescriptions;

/// <summary>The migrations of a site: what its files say, and which of them its database has.</summary>
/// <param name="Files">The Python files.</param>
/// <param name="History">The migrations of the folders that are read.</param>
/// <param name="State">The models after the migrations that are applied.</param>
/// <param name="Applied">Those that are applied; null without a database.</param>
/// <param name="Settings">The models that settings name, as AUTH_USER_MODEL.</param>
/// <param name="Ambiguous">The folders of apps that have several, of which none is read.</param>
internal sealed record SiteMigrations(
    PythonFiles Files, MigrationHistory History, ProjectState State, AppliedMigrations? Applied,
    IReadOnlyDictionary<string, ModelLabel> Settings, IReadOnlyList<IGrouping<string, MigrationFolder>> Ambiguous)
{
    /// <summary>Apps with folders of which no migration is applied: they are not read.</summary>
    public IReadOnlyList<string> NotInstalled { get; private init; } = [];

    /// <summary>Apps whose migrations are applied, and of which there is no folder.</summary>
    public IReadOnlyList<string> AppsWithoutFiles { get; private init; } = [];

    /// <summary>Reads them: without a database all count as applied.</summary>
    /// <exception cref="DataOpsException"><c>NoMigrations</c>: there are none.</exception>
    public static SiteMigrations Read(
        PythonFiles files, IReadOnlyList<string> paths, AppliedMigrations? applied,
        Dictionary<string, ModelLabel> settings, ReferenceCatalog? catalog)
    {
        IReadOnlyList<MigrationFolder> found = MigrationHistory.Find(files);
        if (found.Count == 0)
            throw new DataOpsException(
                ErrorIds.NoMigrations, FailureKind.NotFound,
                $"There are no migrations below {string.Join(", ", paths)}.",
                "They are Python files in folders named migrations.", paths[0]);
        ILookup<bool, IGrouping<string, MigrationFolder>> chosen = found.GroupBy(f => f.App)
            .Where(a => applied?.ByApp.Contains(a.Key) != false)
            .SelectMany(a => Applying(a, applied).GroupBy(f => f.App)).ToLookup(a => a.Count() == 1);
        MigrationFolder[] folders = [.. chosen[true].SelectMany(a => a)];
        IReadOnlySet<MigrationKey> done = applied?.Keys ?? new HashSet<MigrationKey>();

        // Which model AUTH_USER_MODEL names decides an order, and is read from the models.
        MigrationHistory history = MigrationHistory.Read(files, folders, done, settings);
        ProjectState state = Replay(history, applied);
        if (!settings.ContainsKey(UserModel.Setting)
            && (UserModel.Find(state, catalog) ?? catalog?.Site.UserModel) is { } user)
        {
            settings[UserModel.Setting] = user;
            history = MigrationHistory.Read(files, folders, done, settings);
            state = Replay(history, applied);
        }
        string[] apps = [.. found.Select(f => f.App).Distinct()];
        return new(files, history, state, applied, settings, [.. chosen[false]])
        {
            NotInstalled = applied is null ? [] : [.. apps.Where(a => !applied.ByApp.Contains(a))],
            AppsWithoutFiles = applied is null ? [] : [.. applied.ByApp.Select(a => a.Key).Except(apps)],
        };
    }

    // Of several folders of an app those that hold a migration which is applied.
    private static IEnumerable<MigrationFolder> Applying(
        IGrouping<string, MigrationFolder> app, AppliedMigrations? applied) =>
        applied is null || app.Count() == 1 ? app : app.Where(f => applied.ByApp[app.Key].Any(f.Files.ContainsKey))
            is var some && some.Any() ? some : app;

    private static ProjectState Replay(MigrationHistory history, AppliedMigrations? applied)
    {
        IReadOnlyList<MigrationKey> plan = history.Graph.Plan(history.Graph.Leaves);
        ProjectState state = history.Replay(applied is null ? plan : plan.Where(k => applied.Has(history.Graph[k])));
        if (applied is null)
            return state;
        // What is applied after the last file has changed the models, and no file says how.
        foreach ((MigrationFolder folder, string name) in applied.After(history))
            state = state.Doubting(
                folder.App, new(folder.Folder, 0, $"{folder.App}.{name} is applied, and there is no file of it"));
        return state;
    }
}

/// <summary>The migrations that django_migrations records, in the order in which they were applied.</summary>
internal sealed class AppliedMigrations
{
    private AppliedMigrations(IReadOnlyList<(string App, string Name)> rows)
    {
        Rows = [.. rows.Select(r => new MigrationKey(r.App, r.Name))];
        Keys = rows.Select(r => new MigrationKey(r.App, r.Name)).ToHashSet();
        ByApp = rows.ToLookup(r => r.App, r => r.Name);
    }

    /// <summary>The rows, in order.</summary>
    public IReadOnlyList<MigrationKey> Rows { get; }

    /// <summary>All of them.</summary>
    public IReadOnlySet<MigrationKey> Keys { get; }

    /// <summary>Their names by app, in order.</summary>
    public ILookup<string, string> ByApp { get; }

    /// <summary>Reads them.</summary>
    /// <exception cref="DataOpsException"><c>NoMigrations</c>: the database has no such table.</exception>
    public static AppliedMigrations Read(
        Session session, DatabaseCatalog database, CancellationToken cancellation) =>
        database.Find(DjangoTables.Migrations) is { } table
            ? new(session.Query<(string, string)>(
                $"select app::text, name::text from {table} order by id", cancellation))
            : throw new DataOpsException(
                ErrorIds.NoMigrations, FailureKind.NotFound,
                $"The database has no table {DjangoTables.Migrations}, so nobody knows which migrations are applied.",
                "-Offline takes all of them for applied.", DjangoTables.Migrations);

    /// <summary>Whether a migration is applied, be it by what it replaces.</summary>
    public bool Has(MigrationFile file) =>
        Keys.Contains(file.Key) || (file.Replaces.Count > 0 && file.Replaces.All(Keys.Contains));

    /// <summary>Migrations without a file that are applied after the last one that has a file.</summary>
    public IEnumerable<(MigrationFolder Folder, string Name)> After(MigrationHistory history)
    {
        HashSet<MigrationKey> known =
            [.. history.Graph.Nodes.SelectMany(k => history.Graph[k].Replaces.Prepend(k))];
        foreach (MigrationFolder folder in history.Folders)
            foreach (string name in ByApp[folder.App].Reverse()
                .TakeWhile(n => !folder.Files.ContainsKey(n) && !known.Contains(new(folder.App, n))))
                yield return (folder, name);
    }
}

/// <summary>The user model of a site.</summary>
internal static class UserModel
{
    /// <summary>The setting that names it.</summary>
    public const string Setting = "AUTH_USER_MODEL";

    /// <summary>
    /// The model that the database's references to AUTH_USER_MODEL lead to; without a database the only model of users.
    /// Null where that is not one.
    /// </summary>
    public static ModelLabel? Find(ProjectState state, ReferenceCatalog? catalog)
    {
        IEnumerable<ModelLabel> users = catalog is null
            ? state.Models.Values.Where(m => m.Find("password") is not null && m.Find("last_login") is not null)
                .Select(m => m.Label)
            : Targets(state, catalog).Distinct().SelectMany(table => state.Models.Values
                .Where(m => DescribedSite.TableOf(m) is var name && (name == table.Name || name == table.DisplayName))
                .Select(m => m.Label));
        return users.Distinct().ToArray() is [var only] ? only : null;
    }

    private static IEnumerable<Table> Targets(ProjectState state, ReferenceCatalog catalog) =>
        from model in state.Models.Values
        from field in model.Fields
        where field.Field.Kind is FieldKind.ForeignKey or FieldKind.OneToOne
            && ModelTarget.Of(field.Field["to"], model.Label)?.Setting == Setting
        let table = catalog.Database.Find(DescribedSite.TableOf(model))
        where table is not null
        let column = field.Field["db_column"]?.Text ?? $"{field.Name}_id"
        let target = catalog.From(table).FirstOrDefault(r => r.IsDeclared && r.Column.Name == column)?.Target
        where target is not null
        select target;
}
