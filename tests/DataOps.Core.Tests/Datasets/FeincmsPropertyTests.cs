using DataOps.Core.Changes;
using DataOps.Core.Datasets;
using DataOps.Core.Tests.Servers;

namespace DataOps.Core.Tests.Datasets;

/// <summary>Random datasets over random states of source and target: the target ends as a model in memory says, a second load writes nothing, and undoing gives all of it back.</summary>
public sealed class FeincmsPropertyTests : IDisposable
{
    private const int Runs = 60;

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
        for (int run = 0; run < Runs; run++)
        {
            int[] scope = Scope(random);
            (PollState source, PollState target) = (PollState.Random(random, scope), PollState.Random(random, scope));
            (bool withTopics, bool deletesTopics, bool deletesQuestions, bool deletesChoices) = (random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0);
            string topics = withTopics ? $$"""{"model": "poll.topic"{{Deletes(deletesTopics)}}}, """ : "";
            string specs = $$"""
                {{topics}}{"model": "poll.question", "filter": {"pk__in": [{{string.Join(", ", scope)}}]}, "ignore_missing_m2m": ["topics"], "defer_values": ["slug"]{{Deletes(deletesQuestions)}}},
                {"model": "poll.choice", "filter": {"question__in": [{{string.Join(", ", scope)}}]}{{Deletes(deletesChoices)}}}
                """;
            string[] objects = [.. source.Objects(withTopics, scope)];
            string? refusal = Load(source, target, scope, withTopics, withTopics && deletesTopics, deletesQuestions, deletesChoices, objects.Length, out PollState expected);
            target.Fill(_database);
            IReadOnlyDictionary<string, string> before = _database.Digest();
            ImportDatasetOptions options = Options(specs, objects) with { OnMissingReference = OnMissingReference.Null };
            string place = $"seed {seed}, run {run}:\n{specs}\nsource\n{source}\ntarget\n{target}\n";
            if (refusal is not null)
            {
                DataOpsException failure = Assert.ThrowsAny<DataOpsException>(() => Import(options));
                Assert.True(failure.Id == refusal, $"{place}{failure.Message}");
                Assert.Equal(before, _database.Digest());
                continue;
            }
            loaded++;
            ImportResult result = Import(options);
            Assert.Equal(place + expected, place + PollState.Read(_database));
            Assert.Equal((false, 0), (Import(options with { UndoPath = null, NoUndo = true }) is var again ? again.Changed : true, again.Count));
            Undo(result, before, place);
        }
        Assert.True(loaded > Runs / 2, $"{loaded} of {Runs} were loaded");
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Random_copies_are_whole_and_leave_the_originals_alone(int seed)
    {
        _output.WriteLine($"seed {seed}");
        Random random = new(seed);
        for (int run = 0; run < Runs; run++)
        {
            int[] scope = Scope(random);
            (PollState source, PollState target) = (PollState.Random(random, scope), PollState.Random(random, scope));
            int[] copied = [.. scope.Where(source.Questions.ContainsKey)];
            bool isMapped = copied.Length == scope.Length;
            string ids = string.Join(", ", scope);
            string map = isMapped ? ", \"delete_missing\": {\"map\": [[\"question__in\", \"poll.Question\"]]}" : "";
            string specs = $$"""
                {"model": "poll.question", "filter": {"pk__in": [{{ids}}]}, "save_as_new": true, "ignore_missing_m2m": ["topics"], "defer_values": ["slug"]},
                {"model": "poll.choice", "filter": {"question__in": [{{ids}}]}, "save_as_new": true{{map}}}
                """;
            target.Fill(_database);
            IReadOnlyDictionary<string, string> before = _database.Digest();
            string place = $"seed {seed}, run {run}:\n{specs}\nsource\n{source}\ntarget\n{target}\n";
            ImportResult result = Import(Options(specs, [.. source.Objects(withTopics: false, scope)]) with { OnMissingReference = OnMissingReference.Null, OnConflict = OnConflict.Suffix });
            PollState after = PollState.Read(_database);

            Assert.Equal(place + target, place + Without(after, target));
            Assert.Equal(Described(source, copied, target.Topics.Keys), Described(after, [.. after.Questions.Keys.Except(target.Questions.Keys)], target.Topics.Keys));
            Undo(result, before, place);
        }
    }

    // What the real loader's steps come to.
    private static string? Load(
        PollState source, PollState target, int[] scope, bool withTopics, bool deletesTopics, bool deletesQuestions, bool deletesChoices, int objects, out PollState result)
    {
        result = new();
        HashSet<int> inFile = [.. scope.Where(source.Questions.ContainsKey)];
        foreach ((int key, string name) in target.Topics.Where(t => !deletesTopics || source.Topics.ContainsKey(t.Key)).Concat(withTopics ? source.Topics : []))
            result.Topics[key] = name;
        SortedDictionary<int, string> topics = result.Topics;
        foreach ((int key, PollQuestion question) in target.Questions.Where(q => !inFile.Contains(q.Key) && !(deletesQuestions && scope.Contains(q.Key))).Concat(source.Questions.Where(q => inFile.Contains(q.Key))))
            result.Questions[key] = question with { Topics = question.Topics.Where(topics.ContainsKey).ToHashSet() };
        SortedDictionary<int, PollQuestion> questions = result.Questions;
        foreach ((int key, PollQuestion question) in questions.ToArray())
            if (question.FollowUp is { } followed && !questions.ContainsKey(followed))
                questions[key] = question with { FollowUp = null };
        HashSet<int> choices = [.. source.Choices.Where(c => inFile.Contains(c.Value.Question)).Select(c => c.Key)];
        foreach ((int key, (int Question, string Text) choice) in target.Choices)
            if (!choices.Contains(key) && questions.ContainsKey(choice.Question) && !(deletesChoices && scope.Contains(choice.Question)))
                result.Choices[key] = choice;
        foreach (int key in choices)
            result.Choices[key] = source.Choices[key];
        bool deletes = (deletesTopics && target.Topics.Keys.Except(source.Topics.Keys).Any()) || (deletesQuestions && target.Questions.Keys.Intersect(scope).Any())
            || (deletesChoices && target.Choices.Values.Any(c => scope.Contains(c.Question)));
        return objects == 0 && deletes ? "EmptyFile" : questions.Values.GroupBy(q => q.Slug).Any(g => g.Count() > 1) ? "NotUnique" : null;
    }

    // Each question by what it says, its predecessor, its topics and its choices; keys are new, and so may be the slugs' ends.
    private static IEnumerable<string> Described(PollState state, int[] keys, IEnumerable<int> topics) => keys.Select(k => state.Questions[k]).Zip(keys, (q, k) =>
        $"{q.Text} after {(q.FollowUp is { } f && keys.Contains(f) ? Slug(state.Questions[f]) : "")}: {Slug(q)} [{string.Join(", ", q.Topics.Intersect(topics).Order())}] "
        + string.Join(", ", state.Choices.Values.Where(c => c.Question == k).Select(c => c.Text).Order())).Order(StringComparer.Ordinal);

    private static string Slug(PollQuestion question) => string.Join('-', question.Slug.Split('-')[..2]);

    private static PollState Without(PollState after, PollState target)
    {
        PollState old = new();
        foreach ((int key, string name) in after.Topics)
            old.Topics[key] = name;
        foreach ((int key, PollQuestion question) in after.Questions.Where(q => target.Questions.ContainsKey(q.Key)))
            old.Questions[key] = question;
        foreach ((int key, (int Question, string Text) choice) in after.Choices.Where(c => target.Choices.ContainsKey(c.Key)))
            old.Choices[key] = choice;
        return old;
    }

    private static int[] Scope(Random random) => [.. Enumerable.Range(1, 12).Where(_ => random.Next(2) == 0).DefaultIfEmpty(1)];

    private static string Deletes(bool value) => value ? ", \"delete_missing\": true" : "";

    private ImportDatasetOptions Options(string specs, string[] objects) => new()
    {
        Path = _files.Json($$"""{"version": 1, "specs": [{{specs}}], "objects": [{{string.Join(",\n", objects)}}]}"""),
        MaxDelete = "100%", OnDependent = OnDependent.Cascade, UndoPath = _files.Path($"{Guid.NewGuid():N}.undo"),
    };

    private ImportResult Import(ImportDatasetOptions options) => _database.Run(new ImportDataset(), options).OfType<ImportResult>().Single();

    private void Undo(ImportResult result, IReadOnlyDictionary<string, string> before, string place)
    {
        if (result.UndoPath is { } path)
            _database.Run(new UndoChange(), new() { Path = path, NoUndo = true });
        Assert.True(before.OrderBy(t => t.Key).SequenceEqual(_database.Digest().OrderBy(t => t.Key)), place);
    }
}
