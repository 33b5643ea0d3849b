using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Cli;

/// <summary>
/// Asks before something is changed: when --confirm says so, and by default where the operation asks first.
/// </summary>
internal static class Confirmation
{
    /// <exception cref="DataOpsException">The answer is no, or there is nobody to ask.</exception>
    public static void Ask(
        OperationDescription operation, Session? session, IOptions options, OperationContext context, bool? confirm)
    {
        if (operation.IsPlan(options) || !(confirm ?? operation.AsksFirst))
            return;
        if (Console.IsInputRedirected)
            throw new DataOpsException(
                ErrorIds.NobodyToAsk, FailureKind.InvalidArgument,
                "Confirmation needed, but standard input is not a terminal.", "Add --confirm:false in a script.");
        string place = session is null ? "" : $" in {session.Database} on {session.Server}";
        Console.Error.Write(
            $"{operation.Name}{place}: {Plan(operation, session, options, context)}. Go on? [y/N] ");
        if (Console.ReadLine()?.Trim().StartsWith('y') is not true)
            throw new DataOpsException(ErrorIds.Declined, FailureKind.InvalidOperation, "Nothing was changed.");
    }

    // What is asked about is what would happen.
    private static string Plan(
        OperationDescription operation, Session? session, IOptions options, OperationContext context)
    {
        object[] results = [.. operation.Run(session, operation.AsPlan(options), context)];
        return results.OfType<ChangeResult>().LastOrDefault()?.Describe()
            ?? (results.Length == 1 ? "1 file" : $"{results.Length} files");
    }
}
