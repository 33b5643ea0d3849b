using System.Globalization;
using DataOps.Core.Postgres.Servers;

namespace DataOps.Benchmarks;

/// <summary>One of our commands against a peer's, run in turn so that both meet the same machine.</summary>
internal sealed record Comparison(string Name, Timed Ours, string PeerName, Timed Theirs)
{
    /// <summary>What each of the two starts from; it is not timed.</summary>
    public Action Before { get; init; } = () => { };

    /// <summary>The columns of <see cref="Measure"/>.</summary>
    public const string Heading = """
        | what | seconds | MB | peer | seconds | ratio | client | server | disk MB |
        |---|---|---|---|---|---|---|---|---|
        """;

    /// <summary>
    /// A row of docs/benchmarks.md: after the ratio the processors' seconds of the client and of the server and what
    /// both read from the disk and wrote, ours / the peer's. The first pair warms up and is not counted.
    /// </summary>
    public string Measure(int runs, ScratchServer server)
    {
        (Run Ours, Run Theirs)[] pairs =
            [.. Enumerable.Range(0, runs + 1).Select(_ => (RunFresh(Ours, server), RunFresh(Theirs, server))).Skip(1)];
        string Both(Func<Run, double> of, int digits) => string.Create(CultureInfo.InvariantCulture,
            $"{Rounded(pairs.Select(p => of(p.Ours)), digits)} / {Rounded(pairs.Select(p => of(p.Theirs)), digits)}");
        double seconds = Median(pairs.Select(p => p.Ours.Client.Seconds));
        double theirs = Median(pairs.Select(p => p.Theirs.Client.Seconds));
        double ratio = Median(pairs.Select(p => p.Ours.Client.Seconds / p.Theirs.Client.Seconds));
        return $"| {Name} | {seconds:0.00} | {pairs.Max(p => p.Ours.Client.Megabytes):0} | {PeerName} | " +
            $"{theirs:0.00} | {ratio:0.00} | {Both(r => r.Client.Processor, 2)} | " +
            $"{Both(r => r.Server.Seconds, 2)} | {Both(r => r.Client.Disk + r.Server.Megabytes, 0)} |";
    }

    /// <summary>The value in the middle, or the mean of the two there.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    // Zero is added so that what is a little below it has no sign.
    private static string Rounded(IEnumerable<double> values, int digits) =>
        (Math.Round(Median(values), digits) + 0.0).ToString($"F{digits}", CultureInfo.InvariantCulture);

    private Run RunFresh(Timed command, ScratchServer server)
    {
        Before();
        ServerUse before = ServerUse.Of(server);
        Cost cost = command.Run();
        return new(cost, ServerUse.Of(server) - before);
    }

    private readonly record struct Run(Cost Client, ServerUse Server);
}
