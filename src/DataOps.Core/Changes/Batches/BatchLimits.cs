namespace DataOps.Core.Changes.Batches;

/// <summary>How gently a run in batches treats a live site.</summary>
/// <param name="BatchSize">The most rows of the selection in one transaction.</param>
internal sealed record BatchLimits(int BatchSize)
{
    /// <summary>Longest wait for a lock; a session that waits less keeps to that.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long others may have to wait for ours: after a transaction that held them for longer, the next one is half
    /// as large.
    /// </summary>
    public TimeSpan LongestHold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Attempts in a row that come to nothing before the run stops.</summary>
    public int Attempts { get; init; } = 10;

    /// <summary>The pause after the first of them; each one after that is twice as long.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The pause after a number of attempts in a row that came to nothing; random, so that two runs do not meet again
    /// and again.
    /// </summary>
    public TimeSpan PauseAfter(int attempts)
    {
        double longest = Math.Min(
            LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * Math.Pow(2, attempts - 1));
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    /// <summary>Pauses after a number of attempts in a row that came to nothing, and says so.</summary>
    public void Pause(int attempts, DataOpsException why, OperationContext context)
    {
        TimeSpan pause = PauseAfter(attempts);
        context.Verbose?.Invoke(
            $"Waits {pause.TotalSeconds:0.0} s after attempt {attempts} of {Attempts}: {why.Message}");
        context.Cancellation.WaitHandle.WaitOne(pause);
    }

    /// <summary>Limits for the number that a user gave.</summary>
    /// <exception cref="DataOpsException">It is less than 1.</exception>
    public static BatchLimits Of(int batchSize) =>
        batchSize > 0 ? new BatchLimits(batchSize) : throw new DataOpsException(
        ErrorIds.InvalidBatchSize, FailureKind.InvalidArgument, $"-BatchSize is not positive: {batchSize}.",
        "Name a number from 1, as -BatchSize 1000.", batchSize);
}
