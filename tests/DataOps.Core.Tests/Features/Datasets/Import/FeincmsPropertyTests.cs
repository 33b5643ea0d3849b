using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>
/// Random datasets over random states of source and target: the target ends as a model in memory says, a second load
/// writes nothing, and undoing gives all of it back.
/// </summary>
/// <remarks>
/// A file holds several datasets whose keys are apart, each with specs of its own; one that is to be refused has a file
/// of its own.
/// </remarks>
[Trait("Day", "2")]
public sealed class FeincmsPropertyTests : IDisposable
{
    private const int DatasetsALoad = 10;

    private static readonly int s_loads = Rounds.Of(6);

    private readonly ImportFiles _files = new();
    private readonly TestDatabase _database;
    private readonly ITestOutputHelper _output;

    public FeincmsPropertyTests(PostgresServer server, ITestOutputHelper output)
    {
        (_database, _output) = (server.Blank(), output);
        _database.Execute(PollState.Schema);
    }

    public void Dispose()
    {
        _database.Dispose();
        _files.Dispose();
    }

    public static TheoryData<int> Seeds => new(1, Random.Shared.Next());

    [Theory, MemberData(nameof(Seeds))]
    public void Random_datasets_end_as_the_model_says_twice_and_are_undone(int seed)
    {
        _output.WriteLine($"seed {seed}");
        Random random = new(seed);
        int loaded = 0;
        for (int load = 0; load < s_loads; load++)
        {
            RandomDataset[] datasets =
                [.. Enumerable.Range(0, DatasetsALoad).Select(i => RandomDataset.Of(random, i * PollState.Room))];
            RandomDataset[] good = [.. datasets.Where(d => d.Refusal is null)];
            loaded += good.Length;
            Load(good, $"seed {seed}, load {load}:\n{string.Join("\n", good)}");
            foreach (RandomDataset dataset in datasets.Except(good))
                Refuse(dataset, $"seed {seed}, load {load}:\n{dataset}");
        }
        Assert.True(loaded > s_loads * DatasetsALoad / 2, $"{loaded} were loaded");
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Random_copies_are_whole_and_leave_the_originals_alone(int seed)
    {
        _output.WriteLine($"seed {seed}");
        Random random = new(seed);
        for (int load = 0; load < s_loads; load++)
        {
            RandomCopy[] copies =
                [.. Enumerable.Range(0, DatasetsALoad).Select(i => RandomCopy.Of(random, i * PollState.Room))];
            (PollState source, PollState target) =
                (PollState.Of(copies.Select(c => c.Source)), PollState.Of(copies.Select(c => c.Target)));
            target.Fill(_database);
            IReadOnlyDictionary<string, string> before = _database.Digest();
            string place =
                $"seed {seed}, load " +
                    $"{load}:\n{string.Join("\n", copies.Select(c => c.Specs))}\nsource\n{source}\ntarget\n{target}\n";
            ImportDatasetOptions options = Options(copies.Select(c => c.Specs), copies.SelectMany(c => c.Objects));
            ImportResult result = Import(options with { OnConflict = OnConflict.Suffix });
            PollState after = PollState.Read(_database);

            Assert.Equal(place + target, place + Without(after, target));
            Assert.Equal(
                Described(source, [.. copies.SelectMany(c => c.Copied)], target.Topics.Keys),
                Described(after, [.. after.Questions.Keys.Except(target.Questions.Keys)], target.Topics.Keys));
            Undo(result, before, place);
        }
    }

    private void Load(RandomDataset[] datasets, string place)
    {
        PollState.Of(datasets.Select(d => d.Target)).Fill(_database);
        IReadOnlyDictionary<string, string> before = _database.Digest();
        ImportDatasetOptions options = Options(datasets.Select(d => d.Specs), datasets.SelectMany(d => d.Objects));
        ImportResult result = Import(options);
        Assert.Equal(place + PollState.Of(datasets.Select(d => d.Expected)), place + PollState.Read(_database));
        ImportResult again = Import(options with { UndoPath = null, NoUndo = true });
        Assert.Equal((false, 0), (again.Changed, again.Count));
        Undo(result, before, place);
    }

    private void Refuse(RandomDataset dataset, string place)
    {
        dataset.Target.Fill(_database);
        IReadOnlyDictionary<string, string> before = _database.Digest();
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(
            () => Import(Options([dataset.Specs], dataset.Objects)));
        Assert.True(failure.Id == dataset.Refusal, $"{place}{failure.Message}");
        Assert.Equal(before, _database.Digest());
    }

    // Each question by what it says, its predecessor, its topics and its choices; keys are new, and so may be the
    // slugs' ends.
    private static IEnumerable<string> Described(PollState state, int[] keys, IEnumerable<int> topics)
    {
        return keys.Select(Line).Order(StringComparer.Ordinal);

        string Line(int key)
        {
            PollQuestion question = state.Questions[key];
            string followed = question.FollowUp is { } f && keys.Contains(f) ? Slug(state.Questions[f]) : "";
            string own = string.Join(", ", question.Topics.Intersect(topics).Order());
            IEnumerable<string> choices = state.Choices.Values.Where(c => c.Question == key)
                .Select(c => c.Text).Order();
            return $"{question.Text} after {followed}: {Slug(question)} [{own}] {string.Join(", ", choices)}";
        }
    }

    private static string Slug(PollQuestion question) => string.Join('-', question.Slug.Split('-')[..2]);

    private static PollState Without(PollState after, PollState target)
    {
        PollState old = new();
        foreach ((int key, string name) in after.Topics)
            old.Topics[key] = name;
        foreach ((int key, PollQuestion question) in after.Questions.Where(q => target.Questions.ContainsKey(q.Key)))
            old.Questions[key] = question;
        foreach ((int key, (int Question, string Text) choice) in after.Choices.Where(
            c => target.Choices.ContainsKey(c.Key)))
            old.Choices[key] = choice;
        return old;
    }

    private ImportDatasetOptions Options(IEnumerable<string> specs, IEnumerable<string> objects) => new()
    {
        Path = _files.Json(
            $$"""{"version": 1, "specs": [{{string.Join(", ", specs)}}], "objects": [{{string.Join(",\n", objects)}}]}"""),
        MaxDelete = "100%", OnDependent = OnDependent.Cascade, OnMissingReference = OnMissingReference.Null,
        UndoPath = _files.Path($"{Guid.NewGuid():N}.undo"),
    };

    private ImportResult Import(ImportDatasetOptions options) =>
        _database.Run(new ImportDataset(), options).OfType<ImportResult>().Single();

    private void Undo(ImportResult result, IReadOnlyDictionary<string, string> before, string place)
    {
        if (result.UndoPath is { } path)
            _database.Run(new UndoChange(), new() { Path = path, NoUndo = true });
        Assert.True(before.OrderBy(t => t.Key).SequenceEqual(_database.Digest().OrderBy(t => t.Key)), place);
    }
}
