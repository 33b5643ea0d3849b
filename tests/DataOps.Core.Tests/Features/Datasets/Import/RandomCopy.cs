namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>A random dataset of questions that are saved as new rows beside a random target's.</summary>
/// <param name="Specs">Its specs, as a file has them.</param>
/// <param name="Objects">Its objects, as a file has them.</param>
/// <param name="Source">The rows of which it was made.</param>
/// <param name="Target">The rows where it is loaded.</param>
/// <param name="Copied">The keys of the questions.</param>
internal sealed record RandomCopy(
    string Specs, IReadOnlyList<string> Objects, PollState Source, PollState Target, IReadOnlyList<int> Copied)
{
    /// <summary>Makes one whose keys are larger than a number.</summary>
    public static RandomCopy Of(Random random, int first)
    {
        int[] scope = RandomDataset.ScopeOf(random, first);
        (PollState source, PollState target) =
            (PollState.Random(random, scope, first), PollState.Random(random, scope, first));
        int[] copied = [.. scope.Where(source.Questions.ContainsKey)];
        string ids = string.Join(", ", scope);
        string map = copied.Length == scope.Length
            ? ", \"delete_missing\": {\"map\": [[\"question__in\", \"poll.Question\"]]}"
            : "";
        string specs = $$"""
            {"model": "poll.question", "filter": {"pk__in": [{{ids}}]}, "save_as_new": true, "ignore_missing_m2m": ["topics"], "defer_values": ["slug"]},
            {"model": "poll.choice", "filter": {"question__in": [{{ids}}]}, "save_as_new": true{{map}}}
            """;
        return new RandomCopy(specs, [.. source.Objects(withTopics: false, scope)], source, target, copied);
    }
}
