using System.Diagnostics;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Operations;

/// <summary>
/// Names an operation as PowerShell names its cmdlet: an approved verb and a singular noun. The command line derives <c>verb-noun</c> from it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OperationAttribute(string verb, string noun) : Attribute
{
    /// <summary>An approved PowerShell verb, as <c>Find</c>.</summary>
    public string Verb { get; } = verb;

    /// <summary>A singular noun, as <c>Orphan</c>.</summary>
    public string Noun { get; } = noun;

    /// <summary>Whether a user is asked first, as what it takes away may be missed, whatever the verb.</summary>
    public bool AsksFirst { get; set; }
}

/// <summary>One operation on one database: it takes a session and its options, and streams its results.</summary>
public interface IOperation<in TOptions, out TResult>
    where TOptions : notnull
    where TResult : notnull
{
    /// <summary>Runs the operation; nothing happens before the first result is asked for.</summary>
    IEnumerable<TResult> Run(Session session, TOptions options, OperationContext context);
}

/// <summary>An operation that can do part of its work without any database.</summary>
public interface IOfflineOperation<in TOptions, out TResult> : IOperation<TOptions, TResult>
    where TOptions : notnull
    where TResult : notnull
{
    /// <summary>Whether these options ask for that part alone: then no session is opened.</summary>
    bool IsOffline(TOptions options);

    /// <summary>Runs it without a session; nothing happens before the first result is asked for.</summary>
    IEnumerable<TResult> RunOffline(TOptions options, OperationContext context);
}

/// <summary>How far a running operation is.</summary>
/// <param name="Activity">What is being done, as <c>Exporting blog.post</c>.</param>
/// <param name="Done">Units done so far (rows, unless <paramref name="Activity"/> says otherwise).</param>
/// <param name="Total">Units in all, as far as the database's statistics tell; null when unknown.</param>
public sealed record OperationProgress(string Activity, long Done, long? Total);

/// <summary>What a caller hands to an operation besides its options: a way to stop it, somewhere to report progress and warnings to.</summary>
public sealed record OperationContext
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Cancels the query that runs on the server, and the operation with it.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Receives progress, a few times a second at the most; called on the thread that runs the operation.</summary>
    public IProgress<OperationProgress>? Progress { get; init; }

    /// <summary>Receives what the user should know although the operation goes on; called on the thread that runs the operation.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>How long the operation runs already, in seconds, to the millisecond.</summary>
    public double Seconds => Math.Round(Stopwatch.GetElapsedTime(_start).TotalSeconds, 3);

    /// <summary>Reports progress and stops here if the caller has asked for it.</summary>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public void Report(string activity, long done, long? total)
    {
        Cancellation.ThrowIfCancellationRequested();
        Progress?.Report(new OperationProgress(activity, done, total));
    }
}
