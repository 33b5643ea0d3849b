using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Sequences;

/// <summary>What can be wrong with the sequence of a key.</summary>
public enum SequenceProblem : long
{
    /// <summary>It will give out values that the table has, or has passed: inserting will fail.</summary>
    Behind,

    /// <summary>No column owns it: Django and pg_get_serial_sequence do not find it, and dropping the table leaves it behind.</summary>
    OwnershipLost,

    /// <summary>Four fifths of what the column's type or the sequence can hold are used up.</summary>
    NearEnd,
}

/// <summary>A sequence with which something is wrong; its class is a <see cref="SequenceProblem"/>.</summary>
public sealed record SequenceFinding : Finding, IChangeResult
{
    /// <summary>The sequence.</summary>
    public string Sequence { get; init; } = "";

    /// <summary>What it gave out last; what it will give out first when it was never used.</summary>
    public long LastValue { get; init; }

    /// <summary>The furthest value that the table holds; null when it is empty.</summary>
    public long? Used { get; init; }

    /// <summary>What its last value should be; null when it is right, or cannot be put right.</summary>
    public long? NewValue { get; init; }

    /// <summary>Whether it was put right.</summary>
    public bool Changed { get; init; }

    /// <summary>The statement that puts it right; null where there is none.</summary>
    public string? Sql { get; init; }

    string IChangeResult.Server => Server!;

    string IChangeResult.Database => Database!;
}

/// <summary>What setting sequences did, or would do.</summary>
public sealed record ResetSequenceResult : ChangeResult
{
    /// <summary>Sequences looked at.</summary>
    public long Checked { get; init; }

    /// <summary>Problems that it cannot put right.</summary>
    public long Reported { get; init; }

    /// <summary>Attempts that came to nothing because somebody else was in the way.</summary>
    public long Retries { get; init; }
}
