using System.Text.RegularExpressions;

namespace DataOps.Core.Kernel;

/// <summary>
/// The last resort at each edge: what nobody foresaw is a failure like any other, and not a stack trace.
/// </summary>
public static partial class UnexpectedFailure
{
    /// <summary>The failure to report for an exception; itself where it is one already.</summary>
    public static DataOpsException Of(Exception exception) => exception switch
    {
        DataOpsException known => known,
        OutOfMemoryException => new DataOpsException(
            ErrorIds.OutOfMemory, FailureKind.Limit, "The memory is not enough for this.",
            "Give the process more memory, or split the work.", inner: exception),
        _ => new DataOpsException(
            ErrorIds.UnexpectedFailure, FailureKind.InvalidOperation,
            $"Something unexpected happened: {exception.Message.TrimEnd('.')}.",
            "This is a defect of DataOps. Please report it to its maintainers with the command, the version and: "
                + $"{exception.GetType().Name} in {PlaceOf(exception)}.",
            inner: exception),
    };

    // The innermost of our own methods tells where to look.
    private static string PlaceOf(Exception exception)
    {
        string trace = exception.StackTrace ?? "";
        Match own = Frame().Match(trace) is { Success: true } ours ? ours : AnyFrame().Match(trace);
        return own.Success ? own.Groups[1].Value : "an unknown place";
    }

    [GeneratedRegex(@"\bat (DataOps\.[^(\s]+)\(")]
    private static partial Regex Frame();

    [GeneratedRegex(@"\bat ([^(\s]+)\(")]
    private static partial Regex AnyFrame();
}
