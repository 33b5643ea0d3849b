namespace DataOps.Core.Kernel;

/// <summary>The kind of a failure, which the cmdlets map to PowerShell's error categories.</summary>
public enum FailureKind
{
    /// <summary>An option is wrong, or two options contradict each other.</summary>
    InvalidArgument,

    /// <summary>A file or a row holds invalid data.</summary>
    InvalidData,

    /// <summary>A name is not found.</summary>
    NotFound,

    /// <summary>Something exists that would be overwritten.</summary>
    AlreadyExists,

    /// <summary>No connection to the server.</summary>
    Connection,

    /// <summary>The server refuses the login.</summary>
    Authentication,

    /// <summary>The role lacks a privilege.</summary>
    PermissionDenied,

    /// <summary>Another session holds a lock, or a transaction has to be repeated.</summary>
    Busy,

    /// <summary>A time limit passed.</summary>
    Timeout,

    /// <summary>Memory, disk, connections or another limit of the server.</summary>
    Limit,

    /// <summary>Anything else that the server refused.</summary>
    InvalidOperation,
}

/// <summary>A failure with its id, its object, and what the user can do next.</summary>
public class DataOpsException : Exception
{
    // A name or a value in a corrupted file can be of any length; what is said of it stands at the end.
    private const int LongestLine = 2000;
    private const int LineStart = 1500;
    private const int LineEnd = 300;

    /// <summary>Creates a failure.</summary>
    /// <param name="id">Stable, in PascalCase; part of the contract (<c>FullyQualifiedErrorId</c>).</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="message">What happened, naming the thing; never holds a password.</param>
    /// <param name="advice">What the user can do next.</param>
    /// <param name="target">The table, file, key or parameter that it is about.</param>
    /// <param name="inner">The cause.</param>
    public DataOpsException(string id, FailureKind kind, string message, string? advice = null, object? target = null,
        Exception? inner = null)
        : base(Cut(message), inner) => (Id, Kind, Advice, Target) = (id, kind, advice, target);

    /// <summary>Stable name of the failure, as <c>UnknownModel</c> or <c>Postgres.23505</c>.</summary>
    public string Id { get; }

    /// <summary>Its kind.</summary>
    public FailureKind Kind { get; }

    /// <summary>What the user can do next; null where nothing helps.</summary>
    public string? Advice { get; }

    /// <summary>The table, file, key or parameter that it is about.</summary>
    public object? Target { get; }

    private static string Cut(string message) => message.Length <= LongestLine ? message : string.Join('\n',
        message.Split('\n').Select(
            l => l.Length <= LongestLine ? l : $"{l[..LineStart]} … {l[^LineEnd..]}"));
}
