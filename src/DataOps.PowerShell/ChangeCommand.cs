using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell;

/// <summary>
/// A cmdlet that changes a database: one path for -WhatIf and for the real run, and one result object from both.
/// </summary>
public abstract class ChangeCommand : InputCommand
{
    /// <summary>
    /// Asks, then runs the operation; with -WhatIf the operation only plans, and says what it would change.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="action">What will be done, as a sentence's beginning: <c>Import site.json into</c>.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="options">Its options.</param>
    protected void Change<TOptions, TResult>(
        Session session, string action, Operation<TOptions, TResult> operation, TOptions options)
        where TOptions : PlanOptions, IOptions
        where TResult : class
    {
        options.Validate();
        string sentence = $"{action} {session.Database} on {session.Server}";
        bool go = ShouldProcess(
            sentence + ".", sentence + "?", MyInvocation.MyCommand.Name, out ShouldProcessReason reason);
        if (go || reason == ShouldProcessReason.WhatIf)
            Emit(session, operation, go ? options : options with { WhatIf = true });
    }
}
