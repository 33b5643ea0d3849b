using DataOps.Core.Python;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Django.Migrations;

/// <summary>The migrations of a site: its files, and the models after any of them.</summary>
internal sealed class MigrationHistory
{
    private readonly PythonFiles _files;
    private readonly List<Doubt> _problems = [];

    private readonly IReadOnlyList<MigrationFile> _read;

    private MigrationHistory(
        PythonFiles files, IReadOnlyList<MigrationFile> read, MigrationGraph graph,
        IReadOnlyList<MigrationFolder> folders)
    {
        (_files, _read, Graph, Folders) = (files, read, graph, folders);
        _problems.AddRange(read.SelectMany(f => f.OrderDoubts));
    }

    /// <summary>What is known of where the files run.</summary>
    public static IReadOnlyDictionary<string, PythonValue> Known { get; } = new Dictionary<string, PythonValue>
    {
        ["django.db.connection.vendor"] = new LiteralValue("postgresql"),
    };

    /// <summary>What comes before what.</summary>
    public MigrationGraph Graph { get; }

    /// <summary>The folders, one for each app.</summary>
    public IReadOnlyList<MigrationFolder> Folders { get; }

    /// <summary>Operations whose effect no state holds.</summary>
    public List<OpaqueOperation> Opaque { get; } = [];

    /// <summary>What is wrong with the files as a whole.</summary>
    public IEnumerable<Doubt> Problems => _problems.Concat(Graph.Problems);

    /// <summary>Reads the migrations of folders.</summary>
    /// <param name="files">The files.</param>
    /// <param name="folders">One folder for each app.</param>
    /// <param name="applied">The migrations that are applied; none where nobody says.</param>
    /// <param name="settings">The models that settings name.</param>
    public static MigrationHistory Read(
        PythonFiles files, IReadOnlyList<MigrationFolder> folders, IReadOnlySet<MigrationKey> applied,
        IReadOnlyDictionary<string, ModelLabel> settings)
    {
        ILookup<string, MigrationFile> read = folders
            .SelectMany(folder => folder.Files.Select(f => (Key: new MigrationKey(folder.App, f.Key), Path: f.Value)))
            .AsParallel().AsOrdered().Select(f => MigrationFile.Read(files, f.Key, f.Path)).ToLookup(f => f.Key.App);
        // A folder of that name may hold something else.
        MigrationFile[] kept =
            [.. read.Where(app => app.Any(f => f.IsMigration)).SelectMany(app => app).OrderBy(f => f.Key)];
        return new(
            files, kept, MigrationGraph.Build(kept, applied, settings),
            [.. folders.Where(f => read[f.App].Any(m => m.IsMigration))]);
    }

    /// <summary>The same files in the order that other settings give them.</summary>
    public MigrationHistory With(
        IReadOnlySet<MigrationKey> applied, IReadOnlyDictionary<string, ModelLabel> settings) =>
        new(_files, _read, MigrationGraph.Build(_read, applied, settings), Folders);

    /// <summary>The models after some migrations and all that come before them.</summary>
    public ProjectState StateAt(IEnumerable<MigrationKey> targets) => Replay(Graph.Plan(targets));

    /// <summary>The models after some migrations, in their order.</summary>
    public ProjectState Replay(IEnumerable<MigrationKey> plan)
    {
        Opaque.Clear();
        return States(plan, Opaque).Select(s => s.After).LastOrDefault(ProjectState.Empty);
    }

    /// <summary>The models after each of some migrations, in their order.</summary>
    /// <param name="plan">The migrations.</param>
    /// <param name="opaque">Takes operations whose effect no state holds.</param>
    /// <param name="trace">Takes the operations that change the database; null where nobody asks.</param>
    public IEnumerable<(MigrationKey Migration, ProjectState After)> States(
        IEnumerable<MigrationKey> plan, List<OpaqueOperation> opaque, List<AppliedOperation>? trace = null)
    {
        ProjectState state = ProjectState.Empty;
        foreach (MigrationKey key in plan)
            yield return (key, state = new StateOperations(_files, Graph[key], opaque, trace).Apply(state));
    }
}
