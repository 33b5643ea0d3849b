using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Sequences;

/// <summary>What can be wrong with the sequence of a key.</summary>
public enum SequenceProblem
{
    /// <summary>It will give out values that the table has, or has passed: inserting will fail.</summary>
    Behind,

    /// <summary>No column owns it: Django and pg_get_serial_sequence do not find it, and dropping the table leaves it behind.</summary>
    OwnershipLost,

    /// <summary>Four fifths of what the column's type or the sequence can hold are used up.</summary>
    NearEnd,
}

/// <summary>A sequence with which something is wrong.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Problem">Behind, OwnershipLost or NearEnd.</param>
/// <param name="Severity">Error or Warning.</param>
/// <param name="Table">The table.</param>
/// <param name="Model">Its model, or the model that owns the many-to-many list; null for other tables.</param>
/// <param name="Column">The column that draws from the sequence.</param>
/// <param name="Sequence">The sequence.</param>
/// <param name="LastValue">What it gave out last; what it will give out first when it was never used.</param>
/// <param name="Used">The furthest value that the table holds; null when it is empty.</param>
/// <param name="NewValue">What its last value should be; null when it is right, or cannot be put right.</param>
/// <param name="Changed">Whether it was put right.</param>
/// <param name="Sql">The statement that puts it right; null where there is none.</param>
/// <param name="Note">What else there is to know.</param>
public sealed record SequenceFinding(
    string Server,
    string Database,
    string Problem,
    string Severity,
    string Table,
    string? Model,
    string Column,
    string Sequence,
    long LastValue,
    long? Used,
    long? NewValue,
    bool Changed,
    string? Sql,
    string? Note) : IChangeResult;

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
