using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Cli;

/// <summary>Asks before something is changed: when --confirm says so, and by default before what takes something away, as PowerShell does.</summary>
internal static class Confirmation
{
    private static readonly string[] s_highImpact = ["Remove", "Restore", "Sync"];

    /// <exception cref="DataOpsException">The answer is no, or there is nobody to ask.</exception>
    public static void Ask(OperationType operation, Session? session, object options, bool? confirm)
    {
        bool plansOnly = operation.Options.GetProperty("WhatIf")?.GetValue(options) is true;
        if (session is null || plansOnly || !(confirm ?? (operation.AsksFirst || s_highImpact.Contains(operation.Verb))))
            return;
        if (Console.IsInputRedirected)
            throw new DataOpsException(
                "NobodyToAsk", FailureKind.InvalidArgument, "This asks before it changes anything, and there is no terminal to ask at.",
                "Add --confirm:false in a script.");
        Console.Error.Write($"{operation.Name} changes {session.Database} on {session.Server}. Go on? [y/N] ");
        if (Console.ReadLine()?.Trim().StartsWith('y') is not true)
            throw new DataOpsException("Declined", FailureKind.InvalidOperation, "Nothing was changed.");
    }
}
