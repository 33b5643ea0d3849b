namespace DataOps.Core.Features.Sequences;

/// <summary>A problem of the sequence of a key.</summary>
public enum SequenceProblem : long
{
    /// <summary>The sequence will return values that the table already has: inserts will fail.</summary>
    Behind,

    /// <summary>
    /// No column owns the sequence: Django and pg_get_serial_sequence do not find it, and dropping the table keeps it.
    /// </summary>
    OwnershipLost,

    /// <summary>80 % of the range of the column's type or of the sequence are used.</summary>
    NearEnd,

    /// <summary>The type of the sequence is narrower than that of the column: it ends long before it.</summary>
    Narrower,
}

/// <summary>A problem of a sequence; its class is a <see cref="SequenceProblem"/>.</summary>
public sealed record SequenceFinding : Finding, IChangeResult
{
    /// <summary>The sequence.</summary>
    public string Sequence { get; init; } = "";

    /// <summary>Its last value; its first value when it was never used.</summary>
    public long LastValue { get; init; }

    /// <summary>The largest value in the table (smallest, for a descending sequence); null when it is empty.</summary>
    public long? Used { get; init; }

    /// <summary>The correct last value; null when it is correct, or cannot be set.</summary>
    public long? NewValue { get; init; }

    /// <summary>Whether the sequence was changed.</summary>
    public bool Changed { get; init; }

    /// <summary>The statement that repairs it; null where there is none.</summary>
    public string? Sql { get; init; }

    string IChangeResult.Server => Server!;

    string IChangeResult.Database => Database!;
}

/// <summary>The sum of a reset of sequences.</summary>
public sealed record ResetSequenceResult : ChangeResult
{
    /// <summary>Sequences checked.</summary>
    public long Checked { get; init; }

    /// <summary>Problems that cannot be repaired.</summary>
    public long Reported { get; init; }

    /// <summary>Attempts that failed because another session held a lock.</summary>
    public long Retries { get; init; }
}
