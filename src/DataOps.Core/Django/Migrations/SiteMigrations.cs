using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Django.Migrations;

/// <summary>Migrations that are not read.</summary>
/// <param name="App">The label of their app; null where nothing says it.</param>
/// <param name="IsAmbiguous">Whether there are files, and nobody knows which count, or of which app.</param>
/// <param name="Why">Why, as a sentence without a full stop.</param>
internal sealed record UnreadMigrations(string? App, bool IsAmbiguous, string Why)
{
    /// <summary>The app, or what stands for it in a sentence.</summary>
    public string Subject => App ?? "a folder of migrations";

    /// <summary>Those of a folder that nothing says the app of.</summary>
    public static UnreadMigrations Nameless(string folder) => new(
        null, true, $"{folder} holds migrations, and nothing says of which app; -Setting "
            + $"{SiteSettings.MigrationModulesName}.<app>={folder[(folder.LastIndexOf('/') + 1)..]} would");
}

/// <summary>The migrations of a site as far as they are applied, and the models that they lead to.</summary>
internal sealed class SiteMigrations
{
    private SiteMigrations(
        PythonFiles files, MigrationHistory history, IReadOnlyDictionary<string, ModelLabel> settings,
        AppliedMigrations? applied) =>
        (Files, History, Settings, Applied) = (files, history, settings, applied);

    /// <summary>The Python files.</summary>
    public PythonFiles Files { get; }

    /// <summary>The migrations.</summary>
    public MigrationHistory History { get; }

    /// <summary>The models that settings name, as AUTH_USER_MODEL.</summary>
    public IReadOnlyDictionary<string, ModelLabel> Settings { get; }

    /// <summary>What the database says is applied; null without one.</summary>
    public AppliedMigrations? Applied { get; }

    /// <summary>The models after what is applied.</summary>
    public ProjectState State { get; private init; } = ProjectState.Empty;

    /// <summary>Migrations that are not read.</summary>
    public IReadOnlyList<UnreadMigrations> Unread { get; private init; } = [];

    /// <summary>The folders of migrations, those that are not read among them.</summary>
    public IReadOnlyList<MigrationFolder> Folders { get; private init; } = [];

    /// <summary>Reads them.</summary>
    /// <param name="files">The files.</param>
    /// <param name="paths">Where they are, for messages.</param>
    /// <param name="pairs">Settings, as AUTH_USER_MODEL=accounts.User.</param>
    /// <param name="applied">What is applied; null takes all of them for applied.</param>
    /// <param name="catalog">The database; null without one.</param>
    /// <exception cref="DataOpsException"><c>NoMigrations</c>: there are none, or nothing says of which app they are.
    /// <c>InvalidOption</c>: a pair is none.</exception>
    public static SiteMigrations Read(
        PythonFiles files, IReadOnlyList<string> paths, IReadOnlyList<string> pairs, AppliedMigrations? applied,
        ReferenceCatalog? catalog)
    {
        SiteSettings told = SiteSettings.Parse(pairs);
        Dictionary<string, ModelLabel> settings = new(told.Models);
        List<UnreadMigrations> unread = [];
        MigrationFolders found = MigrationFolders.Find(files, told.MigrationModules);
        Require(found, told, paths);
        IReadOnlyList<MigrationFolder> folders = Choose(found, applied, unread);
        IReadOnlySet<MigrationKey> done = applied?.Keys ?? new HashSet<MigrationKey>();

        // Which model AUTH_USER_MODEL names decides an order, and is read from the models.
        MigrationHistory history = MigrationHistory.Read(files, folders, done, settings);
        ProjectState state = Replay(history, applied);
        if (!settings.ContainsKey(UserModel.Setting) && UserModel.Find(state, catalog) is { } user)
        {
            settings[UserModel.Setting] = user;
            history = history.With(done, settings);
            state = Replay(history, applied);
        }
        return new(files, history, settings, applied) { State = state, Unread = unread, Folders = found.All };
    }

    /// <summary>The migrations that are applied, each after those that it depends on.</summary>
    public IEnumerable<MigrationKey> Plan() => PlanOf(History, Applied);

    private static void Require(MigrationFolders found, SiteSettings told, IReadOnlyList<string> paths)
    {
        string below = $"below {string.Join(", ", paths)}";
        foreach ((string app, string module) in told.MigrationModules)
            if (!found.All.Any(f => f.App == app))
                throw new DataOpsException(
                    ErrorIds.NoMigrations, FailureKind.NotFound,
                    $"There is no folder {module.Replace('.', '/')} with migrations of {app} {below}.",
                    "-Setting names the module of migrations as Django's MIGRATION_MODULES does.", module);
        if (found.All.Count == 0)
            throw found.Nameless.Count == 0
                ? new DataOpsException(
                    ErrorIds.NoMigrations, FailureKind.NotFound, $"There are no migrations {below}.",
                    "They are Python files in folders named migrations.", paths[0])
                : new DataOpsException(
                    ErrorIds.NoMigrations, FailureKind.NotFound,
                    $"{UnreadMigrations.Nameless(found.Nameless[0].Folder).Why}.",
                    $"Add -Setting {SiteSettings.MigrationModulesName}.APP="
                        + $"{string.Join('.', found.Nameless[0].Folder.Split('/', '\\').TakeLast(2))}.",
                    found.Nameless[0].Folder);
    }

    // One folder for each app; of an app that the database does not have, none.
    private static List<MigrationFolder> Choose(
        MigrationFolders found, AppliedMigrations? applied, List<UnreadMigrations> unread)
    {
        List<MigrationFolder> chosen = [];
        foreach (IGrouping<string, MigrationFolder> app in found.All.GroupBy(f => f.App))
        {
            MigrationFolder[] folders = [.. app];
            if (applied is not null)
            {
                if (!applied.ByApp.Contains(app.Key))
                    continue;
                if (folders.Length > 1)
                    folders = [.. folders.Where(f => applied.ByApp[app.Key].Any(f.Files.ContainsKey))];
            }
            if (folders.Length == 1)
                chosen.Add(folders[0]);
            else
                unread.Add(new(
                    app.Key, true, $"{app.Key} has migrations in more than one folder, so none of them is read: "
                        + string.Join(", ", app.Select(f => f.Folder))));
        }
        string[] without = [.. (applied?.ByApp.Select(a => a.Key) ?? []).Except(found.All.Select(f => f.App))];
        foreach (string app in without)
            unread.Add(new(
                app, false, "its migrations are applied, but none of its files is below -MigrationPath"));
        // Those of an app that the database has, as far as their names tell.
        unread.AddRange(found.Nameless
            .Where(f => applied is null || without.Any(app => applied.ByApp[app].Any(f.Names.Contains)))
            .Select(f => UnreadMigrations.Nameless(f.Folder)));
        return chosen;
    }

    private static IEnumerable<MigrationKey> PlanOf(MigrationHistory history, AppliedMigrations? applied) =>
        history.Graph.Plan(history.Graph.Leaves).Where(k => applied is null || applied.Has(history.Graph[k]));

    private static ProjectState Replay(MigrationHistory history, AppliedMigrations? applied)
    {
        ProjectState state = history.Replay(PlanOf(history, applied));
        if (applied is null)
            return state;
        // What is applied after the last file has changed the models, and no file says how.
        foreach ((MigrationFolder folder, string name) in applied.After(history))
            state = state.Doubting(
                folder.App, new(folder.Folder, 0, $"{folder.App}.{name} is applied, and there is no file of it"));
        return state;
    }
}
