using System.Management.Automation;
using DataOps.Core.Kernel;

namespace DataOps.PowerShell.Output;

/// <summary>Makes every error record of the module: id, category, target, and what the user can do next.</summary>
internal static class ErrorRecords
{
    /// <summary>The record for what an operation threw.</summary>
    public static ErrorRecord From(Exception exception) => exception switch
    {
        FileNotFoundException e => Make(e, ErrorIds.FileNotFound, ErrorCategory.ObjectNotFound, e.FileName, null),
        DirectoryNotFoundException e => Make(e, ErrorIds.FolderNotFound, ErrorCategory.ObjectNotFound, null, null),
        UnauthorizedAccessException e => Make(e, ErrorIds.FileAccessDenied, ErrorCategory.PermissionDenied, null, null),
        IOException e => Make(e, ErrorIds.FileFailed, ErrorCategory.ResourceUnavailable, null, null),
        _ => From(UnexpectedFailure.Of(exception)),
    };

    private static ErrorRecord From(DataOpsException e) => Make(e, e.Id, CategoryOf(e.Kind), e.Target, e.Advice);

    /// <summary>
    /// An object from the pipeline belongs to another database than the one that the cmdlet is connected to.
    /// </summary>
    public static ErrorRecord OtherDatabase(object input, string origin, string connected) => Make(
        new InvalidOperationException($"This object comes from {origin}, but the cmdlet is connected to {connected}."),
        ErrorIds.OtherDatabase,
        ErrorCategory.InvalidArgument,
        input,
        "Connect both cmdlets to the same database: -Database, -Connection, or Connect-Database once for all.");

    /// <summary>An object from the pipeline has nothing that the cmdlet takes.</summary>
    public static ErrorRecord UselessInput(object input, string type, IEnumerable<string> names) => Make(
        new ArgumentException($"The pipeline contains a {type} that has none of the properties "
            + $"{string.Join(", ", names)}."),
        ErrorIds.UselessInput,
        ErrorCategory.InvalidArgument,
        input,
        "Pipe the output of another DataOps cmdlet, or name the parameter.");

    /// <summary>The connection was closed by Disconnect-Database.</summary>
    public static DataOpsException ConnectionClosed(DatabaseConnection connection) => new(
        ErrorIds.ConnectionClosed, FailureKind.Connection, $"The connection {connection} is closed.",
        "Open one with Connect-Database.", connection.ToString());

    private static ErrorRecord Make(
        Exception exception, string id, ErrorCategory category, object? target, string? advice) =>
        new(exception, id, category, target)
        {
            // PowerShell shows the advice below the message, as its recommendation.
            ErrorDetails = new ErrorDetails(VisibleText.Of(exception.Message))
            {
                RecommendedAction = VisibleText.Of(advice ?? ""),
            },
        };

    private static ErrorCategory CategoryOf(FailureKind kind) => kind switch
    {
        FailureKind.InvalidArgument => ErrorCategory.InvalidArgument,
        FailureKind.InvalidData => ErrorCategory.InvalidData,
        FailureKind.NotFound => ErrorCategory.ObjectNotFound,
        FailureKind.AlreadyExists => ErrorCategory.ResourceExists,
        FailureKind.Connection => ErrorCategory.ConnectionError,
        FailureKind.Authentication => ErrorCategory.AuthenticationError,
        FailureKind.PermissionDenied => ErrorCategory.PermissionDenied,
        FailureKind.Busy => ErrorCategory.ResourceBusy,
        FailureKind.Timeout => ErrorCategory.OperationTimeout,
        FailureKind.Limit => ErrorCategory.LimitsExceeded,
        _ => ErrorCategory.InvalidOperation,
    };
}
