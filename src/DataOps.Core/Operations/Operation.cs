using System.Diagnostics;

namespace DataOps.Core.Operations;

/// <summary>
/// Names an operation as PowerShell names its cmdlet: an approved verb and a singular noun. The command line derives
/// <c>verb-noun</c> from it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OperationAttribute(string verb, string noun) : Attribute
{
    /// <summary>An approved PowerShell verb, as <c>Find</c>.</summary>
    public string Verb { get; } = verb;

    /// <summary>A singular noun, as <c>Orphan</c>.</summary>
    public string Noun { get; } = noun;

    /// <summary>Whether the user is asked for confirmation before anything is changed.</summary>
    public bool AsksFirst { get; set; }
}

/// <summary>
/// The options of an operation; <see cref="Validate"/> is written at build time from what <see cref="OptionAttribute"/>
/// and its like say.
/// </summary>
public interface IOptions
{
    /// <summary>
    /// Refuses what cannot be meant: values out of range, options that are missing or contradict each other.
    /// </summary>
    /// <exception cref="DataOpsException"><c>MissingOption</c>, <c>InvalidOption</c> or
    /// <c>ContradictingOptions</c>.</exception>
    void Validate();
}

/// <summary>One operation on one database: it takes a session and its options, and streams its results.</summary>
/// <remarks>
/// Where -Schema asks for several sites, it runs for one after the other if its results say of which they are
/// (<see cref="IOfSchema"/>); any other operation works on one site.
/// </remarks>
public abstract class Operation<TOptions, TResult>
    where TOptions : IOptions
    where TResult : class
{
    /// <summary>
    /// Refuses options that cannot be meant, and runs the operation; nothing else happens before the first result is
    /// asked for.
    /// </summary>
    /// <exception cref="DataOpsException">The options contradict themselves, or the operation fails.</exception>
    public IEnumerable<TResult> Run(Session session, TOptions options, OperationContext context)
    {
        options.Validate();
        if (session.Settings.Schemas.Count == 0)
            return Execute(session, options, ForNames(context));
        return typeof(TResult).IsAssignableTo(typeof(IOfSchema))
            ? InSchemas(session, options, context)
            : Execute(session.In(SiteSchemas.Single(session, context)), options, ForNames(context));
    }

    /// <summary>
    /// Whether a name that is not found ends the operation before it does anything; otherwise the others are done.
    /// </summary>
    protected virtual bool NeedsAllNames => true;

    /// <summary>The context in which names that are not found end the operation, where it needs all of them.</summary>
    private protected OperationContext ForNames(OperationContext context) =>
        NeedsAllNames ? context with { NotFound = null } : context;

    // A schema that cannot be worked on does not end the others.
    private IEnumerable<TResult> InSchemas(Session session, TOptions options, OperationContext context)
    {
        foreach (string schema in SiteSchemas.Of(session, context))
        {
            DataOpsException? failure = null;
            using (IEnumerator<TResult> results = In(session.In(schema), options, context).GetEnumerator())
                while (TryNext(results, ref failure))
                    yield return (TResult)((IOfSchema)results.Current).InSchema(schema);
            if (failure is null)
                continue;
            if (Failed(session, schema, failure) is { } finding)
                yield return finding;
            else if (context.NotFound is { } report)
                report(SiteSchemas.In(schema, failure));
            else
                throw SiteSchemas.In(schema, failure);
        }
    }

    // Also what an operation does before it streams its results is part of the work on a schema.
    private IEnumerable<TResult> In(Session session, TOptions options, OperationContext context)
    {
        foreach (TResult result in Execute(session, options, ForNames(context)))
            yield return result;
    }

    private static bool TryNext(IEnumerator<TResult> results, ref DataOpsException? failure)
    {
        try
        {
            return results.MoveNext();
        }
        catch (DataOpsException e) when (SiteSchemas.IsOfOne(e))
        {
            failure = e;
            return false;
        }
    }

    // Of an audit it is a finding: what was not looked at is not well.
    private static TResult? Failed(Session session, string schema, DataOpsException failure) =>
        new Finding
        {
            Server = session.Server,
            Database = session.Database,
            Schema = schema,
            Severity = Severity.Error,
            Class = AuditProblem.CheckFailed,
            Problem = $"could not be checked: {failure.Message}",
            Remedy = failure.Advice,
        } as TResult;

    /// <summary>Does the work, with options that are valid.</summary>
    protected abstract IEnumerable<TResult> Execute(Session session, TOptions options, OperationContext context);
}

/// <summary>An operation that can do part of its work without a database.</summary>
public abstract class OfflineOperation<TOptions, TResult> : Operation<TOptions, TResult>
    where TOptions : IOptions
    where TResult : class
{
    /// <summary>Whether these options ask for that part alone: then no session is opened.</summary>
    public abstract bool IsOffline(TOptions options);

    /// <summary>
    /// Refuses options that cannot be meant, and runs that part; nothing else happens before the first result is asked
    /// for.
    /// </summary>
    /// <exception cref="DataOpsException">The options contradict themselves, or the operation fails.</exception>
    public IEnumerable<TResult> RunOffline(TOptions options, OperationContext context)
    {
        options.Validate();
        return ExecuteOffline(options, ForNames(context));
    }

    /// <summary>Does that part of the work, with options that are valid.</summary>
    protected abstract IEnumerable<TResult> ExecuteOffline(TOptions options, OperationContext context);
}

/// <summary>An operation on files alone: it works on no database.</summary>
public abstract class FileOperation<TOptions, TResult>
    where TOptions : IOptions
    where TResult : class
{
    /// <summary>
    /// Refuses options that cannot be meant, and runs the operation; nothing else happens before the first result is
    /// asked for.
    /// </summary>
    /// <exception cref="DataOpsException">The options contradict themselves, or the operation fails.</exception>
    public IEnumerable<TResult> Run(TOptions options, OperationContext context)
    {
        options.Validate();
        return Execute(options, context);
    }

    /// <summary>Does the work, with options that are valid.</summary>
    protected abstract IEnumerable<TResult> Execute(TOptions options, OperationContext context);
}

/// <summary>The progress of an operation.</summary>
/// <param name="Activity">What is being done, as <c>Exporting blog.post</c>.</param>
/// <param name="Done">Units done so far (rows, unless <paramref name="Activity"/> says otherwise).</param>
/// <param name="Total">Units in all, as far as the database's statistics tell; null when unknown.</param>
public sealed record OperationProgress(string Activity, long Done, long? Total);

/// <summary>What an operation asks a person.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Text">What there is to know.</param>
/// <param name="Choices">The answers to choose from.</param>
/// <param name="Default">The number of the one that changes nothing, from 0.</param>
public sealed record Question(string Title, string Text, IReadOnlyList<string> Choices, int Default);

/// <summary>
/// How an operation is cancelled, and where it reports progress, warnings and names that are not found.
/// </summary>
public sealed record OperationContext
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Cancels the query that runs on the server, and the operation with it.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// Receives progress, a few times a second at the most; called on the thread that runs the operation.
    /// </summary>
    public IProgress<OperationProgress>? Progress { get; init; }

    /// <summary>Receives warnings; called on the thread that runs the operation.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>
    /// Receives what -Verbose tells: which rule decided, what is waited for; called on the thread that runs the
    /// operation.
    /// </summary>
    public Action<string>? Verbose { get; init; }

    /// <summary>
    /// Receives a name that is not found, or the failure in one of several schemas or databases, where the operation
    /// goes on with the others; called on the thread that runs the operation. Null ends the operation.
    /// </summary>
    public Action<DataOpsException>? NotFound { get; init; }

    /// <summary>
    /// Asks a person and returns the number of the choice, from 0; null where there is nobody to ask. Called on the
    /// thread that runs the operation.
    /// </summary>
    public Func<Question, int>? Ask { get; init; }

    /// <summary>Seconds since the start of the operation, to the millisecond.</summary>
    public double Seconds => Math.Round(Stopwatch.GetElapsedTime(_start).TotalSeconds, 3);

    /// <summary>Reports progress and stops here if the caller has asked for it.</summary>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public void Report(string activity, long done, long? total)
    {
        Cancellation.ThrowIfCancellationRequested();
        Progress?.Report(new OperationProgress(activity, done, total));
    }

    /// <summary>Reports the names of a filter that match none of the candidates.</summary>
    /// <exception cref="DataOpsException">A name is not found, and the operation needs all of them.</exception>
    internal void ReportUnmatched(NameFilter names, IEnumerable<string?[]> candidates, string id, string what) =>
        ReportUnmatched(names.Unmatched(candidates), unknown => new DataOpsException(
            id, FailureKind.NotFound, $"There is no {what} {string.Join(", ", unknown.Select(n => $"\"{n}\""))}.",
            $"{(what == "reference" ? "Get-Reference" : "Get-Model")} lists them; * stands for any characters.",
            unknown[0]));

    /// <summary>
    /// Reports names that are not found. An operation that needs all names ends with one failure, and warns of a
    /// wildcard without a match; any other reports a failure per name, and a wildcard may match nothing.
    /// </summary>
    /// <exception cref="DataOpsException">A name is not found, and the operation needs all of them.</exception>
    internal void ReportUnmatched(IEnumerable<string> names, Func<IReadOnlyList<string>, DataOpsException> failure)
    {
        ILookup<bool, string> unmatched = names.ToLookup(NameFilter.HasWildcards);
        string[] literal = [.. unmatched[false]];
        if (NotFound is null && literal.Length > 0)
            throw failure(literal);
        foreach (string name in literal)
            NotFound!(failure([name]));
        if (NotFound is null)
            foreach (string pattern in unmatched[true])
                Warning?.Invoke(failure([pattern]).Message);
    }
}
