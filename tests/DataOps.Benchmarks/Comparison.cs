namespace DataOps.Benchmarks;

/// <summary>One of our commands against a peer's, run in turn so that both meet the same machine.</summary>
internal sealed record Comparison(string Name, Timed Ours, string PeerName, Timed Theirs)
{
    /// <summary>What each of the two starts from; it is not timed.</summary>
    public Action Before { get; init; } = () => { };

    /// <summary>A row of docs/benchmarks.md; the first pair warms up and is not counted.</summary>
    public string Measure(int runs)
    {
        (Cost Ours, Cost Theirs)[] pairs =
            [.. Enumerable.Range(0, runs + 1).Select(_ => (RunFresh(Ours), RunFresh(Theirs))).Skip(1)];
        double seconds = Median(pairs.Select(p => p.Ours.Seconds));
        double theirs = Median(pairs.Select(p => p.Theirs.Seconds));
        double ratio = Median(pairs.Select(p => p.Ours.Seconds / p.Theirs.Seconds));
        return $"| {Name} | {seconds:0.00} | {pairs.Max(p => p.Ours.Megabytes):0} | {PeerName} | {theirs:0.00} | " +
            $"{ratio:0.00} |";
    }

    /// <summary>The value in the middle, or the mean of the two there.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private Cost RunFresh(Timed command)
    {
        Before();
        return command.Run();
    }
}
