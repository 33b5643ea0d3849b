namespace DataOps.Core.Kernel;

/// <summary>What kind of answer a failure needs; the edges map it to PowerShell's error categories.</summary>
public enum FailureKind
{
    /// <summary>An option is wrong or two options contradict each other.</summary>
    InvalidArgument,

    /// <summary>A file or a row holds what cannot be used.</summary>
    InvalidData,

    /// <summary>A name matches nothing.</summary>
    NotFound,

    /// <summary>Something is already there that would be overwritten.</summary>
    AlreadyExists,

    /// <summary>No connection to the server.</summary>
    Connection,

    /// <summary>The server refuses who asks.</summary>
    Authentication,

    /// <summary>The role may not do it.</summary>
    PermissionDenied,

    /// <summary>Somebody else holds a lock, or a transaction has to be tried again.</summary>
    Busy,

    /// <summary>A time limit passed.</summary>
    Timeout,

    /// <summary>Memory, disk, connections or another limit of the server.</summary>
    Limit,

    /// <summary>Anything else that the server refused.</summary>
    InvalidOperation,
}

/// <summary>A failure that tells the user what happened to which thing, and what to do next.</summary>
public class DataOpsException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="id">Stable, in PascalCase; part of the contract (<c>FullyQualifiedErrorId</c>).</param>
    /// <param name="kind">What kind of answer it needs.</param>
    /// <param name="message">What happened, naming the thing; never holds a password.</param>
    /// <param name="advice">What the user can do next.</param>
    /// <param name="target">The table, file, key or parameter that it is about.</param>
    /// <param name="inner">The cause.</param>
    public DataOpsException(string id, FailureKind kind, string message, string? advice = null, object? target = null, Exception? inner = null)
        : base(message, inner) => (Id, Kind, Advice, Target) = (id, kind, advice, target);

    /// <summary>Stable name of the failure, as <c>UnknownModel</c> or <c>Postgres.23505</c>.</summary>
    public string Id { get; }

    /// <summary>What kind of answer it needs.</summary>
    public FailureKind Kind { get; }

    /// <summary>What the user can do next, if there is something to say.</summary>
    public string? Advice { get; }

    /// <summary>The table, file, key or parameter that it is about.</summary>
    public object? Target { get; }
}
