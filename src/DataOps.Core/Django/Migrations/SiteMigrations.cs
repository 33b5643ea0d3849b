using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Django.Migrations;

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

    /// <summary>
    /// Apps whose migrations are not read, and why: their files are in several folders, or in none.
    /// </summary>
    public IReadOnlyList<(string App, bool IsAmbiguous, string Why)> Left { get; private init; } = [];

    /// <summary>Reads them.</summary>
    /// <param name="files">The files.</param>
    /// <param name="paths">Where they are, for messages.</param>
    /// <param name="pairs">Models that settings name, as AUTH_USER_MODEL=accounts.User.</param>
    /// <param name="applied">What is applied; null takes all of them for applied.</param>
    /// <param name="catalog">The database; null without one.</param>
    /// <exception cref="DataOpsException"><c>NoMigrations</c>: there are none. <c>InvalidOption</c>: a pair is
    /// none.</exception>
    public static SiteMigrations Read(
        PythonFiles files, IReadOnlyList<string> paths, IReadOnlyList<string> pairs, AppliedMigrations? applied,
        ReferenceCatalog? catalog)
    {
        Dictionary<string, ModelLabel> settings = SettingsOf(pairs);
        List<(string, bool, string)> left = [];
        IReadOnlyList<MigrationFolder> folders = Choose(MigrationHistory.Find(files), paths, applied, left);
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
        return new(files, history, settings, applied) { State = state, Left = left };
    }

    /// <summary>The migrations that are applied, each after those that it depends on.</summary>
    public IEnumerable<MigrationKey> Plan() => PlanOf(History, Applied);

    private static Dictionary<string, ModelLabel> SettingsOf(IReadOnlyList<string> pairs)
    {
        Dictionary<string, ModelLabel> settings = [];
        foreach (string pair in pairs)
            settings[pair.Split('=')[0]] = pair.Split('=') is [{ Length: > 0 }, var label]
                && ModelLabel.Parse(label) is { } model
                ? model
                : throw new DataOpsException(
                    ErrorIds.InvalidOption, FailureKind.InvalidArgument,
                    $"-Setting {pair} is not of the form NAME=app.Model.", "As AUTH_USER_MODEL=accounts.User.", pair);
        return settings;
    }

    // One folder for each app; of an app that the database does not have, none.
    private static List<MigrationFolder> Choose(
        IReadOnlyList<MigrationFolder> found, IReadOnlyList<string> paths, AppliedMigrations? applied,
        List<(string, bool, string)> left)
    {
        if (found.Count == 0)
            throw new DataOpsException(
                ErrorIds.NoMigrations, FailureKind.NotFound,
                $"There are no migrations below {string.Join(", ", paths)}.",
                "They are Python files in folders named migrations.", paths[0]);
        List<MigrationFolder> chosen = [];
        foreach (IGrouping<string, MigrationFolder> app in found.GroupBy(f => f.App))
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
                left.Add((app.Key, true, $"{app.Key} has migrations in more than one folder, so none of them is read: "
                    + string.Join(", ", app.Select(f => f.Folder))));
        }
        foreach (string app in (applied?.ByApp.Select(a => a.Key) ?? []).Except(found.Select(f => f.App)))
            left.Add((app, false, "its migrations are applied, but none of its files is below -MigrationPath"));
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
