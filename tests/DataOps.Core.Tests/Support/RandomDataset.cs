using DataOps.Core.Tests.Features.Datasets.Import;

namespace DataOps.Core.Tests.Support;

/// <summary>A random dataset of questions, and what becomes of a random target when it is loaded there.</summary>
/// <param name="Specs">Its specs, as a file has them.</param>
/// <param name="Objects">Its objects, as a file has them.</param>
/// <param name="Source">The rows of which it was made.</param>
/// <param name="Target">The rows where it is loaded.</param>
/// <param name="Expected">The rows afterwards.</param>
/// <param name="Refusal">Why it is refused where it is alone in a file; null when it is not.</param>
internal sealed record RandomDataset(string Specs, IReadOnlyList<string> Objects, PollState Source, PollState Target,
    PollState Expected, string? Refusal)
{
    /// <summary>Makes one whose keys are larger than a number.</summary>
    public static RandomDataset Of(Random random, int first)
    {
        int[] scope = ScopeOf(random, first);
        (PollState source, PollState target) =
            (PollState.Random(random, scope, first), PollState.Random(random, scope, first));
        (bool withTopics, bool deletesTopics, bool deletesQuestions, bool deletesChoices) =
            (Coin(random), Coin(random), Coin(random), Coin(random));
        string ids = string.Join(", ", scope);
        string all = $$"""{"pk__gt": {{first}}, "pk__lte": {{first + PollState.Room}}}""";
        string topics = withTopics
            ? $$"""{"model": "poll.topic", "filter": {{all}}{{Deletes(deletesTopics)}}}, """
            : "";
        string specs = $$"""
            {{topics}}{"model": "poll.question", "filter": {"pk__in": [{{ids}}]}, "ignore_missing_m2m": ["topics"],
             "defer_values": ["slug"]{{Deletes(deletesQuestions)}}},
            {"model": "poll.choice", "filter": {"question__in": [{{ids}}]}{{Deletes(deletesChoices)}}}
            """;
        string[] objects = [.. source.Objects(withTopics, scope)];
        PollState expected = Load(
            source, target, scope, withTopics, withTopics && deletesTopics, deletesQuestions, deletesChoices);
        bool deletes = (withTopics && deletesTopics && target.Topics.Keys.Except(source.Topics.Keys).Any())
            || (deletesQuestions && target.Questions.Keys.Intersect(scope).Any())
            || (deletesChoices && target.Choices.Values.Any(c => scope.Contains(c.Question)));
        string? refusal = objects.Length == 0 && deletes ? "EmptyFile"
            : expected.Questions.Values.GroupBy(q => q.Slug).Any(g => g.Count() > 1) ? "NotUnique"
            : null;
        return new RandomDataset(specs, objects, source, target, expected, refusal);
    }

    /// <summary>Keys of some questions.</summary>
    public static int[] ScopeOf(Random random, int first) =>
        [.. Enumerable.Range(first + 1, PollState.Questioned).Where(_ => Coin(random)).DefaultIfEmpty(first + 1)];

    /// <inheritdoc/>
    public override string ToString() => $"{Specs}\nsource\n{Source}\ntarget\n{Target}\n";

    // What the real loader's steps come to.
    private static PollState Load(
        PollState source, PollState target, int[] scope, bool withTopics, bool deletesTopics, bool deletesQuestions,
        bool deletesChoices)
    {
        PollState result = new();
        HashSet<int> inFile = [.. scope.Where(source.Questions.ContainsKey)];
        foreach ((int key, string name) in target.Topics.Where(t => !deletesTopics || source.Topics.ContainsKey(t.Key))
            .Concat(withTopics ? source.Topics : []))
            result.Topics[key] = name;
        SortedDictionary<int, string> topics = result.Topics;
        bool Stays(int question) => !inFile.Contains(question) && !(deletesQuestions && scope.Contains(question));
        foreach ((int key, PollQuestion question) in target.Questions.Where(q => Stays(q.Key)).Concat(
            source.Questions.Where(q => inFile.Contains(q.Key))))
            result.Questions[key] = question with { Topics = question.Topics.Where(topics.ContainsKey).ToHashSet() };
        SortedDictionary<int, PollQuestion> questions = result.Questions;
        foreach ((int key, PollQuestion question) in questions.ToArray())
            if (question.FollowUp is { } followed && !questions.ContainsKey(followed))
                questions[key] = question with { FollowUp = null };
        HashSet<int> choices = [.. source.Choices.Where(c => inFile.Contains(c.Value.Question)).Select(c => c.Key)];
        foreach ((int key, (int Question, string Text) choice) in target.Choices)
            if (!choices.Contains(key) && questions.ContainsKey(choice.Question)
                && !(deletesChoices && scope.Contains(choice.Question)))
                result.Choices[key] = choice;
        foreach (int key in choices)
            result.Choices[key] = source.Choices[key];
        return result;
    }

    private static bool Coin(Random random) => random.Next(2) == 0;

    private static string Deletes(bool value) => value ? ", \"delete_missing\": true" : "";
}
