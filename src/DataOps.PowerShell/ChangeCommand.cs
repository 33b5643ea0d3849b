using System.Management.Automation;
using System.Reflection;
using DataOps.Core.Changes;
using DataOps.Core.Kernel;
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
        if (Asks)
            Emit(context => operation.Run(session, options with { WhatIf = true }, context), result =>
            {
                if (result is ChangeResult plan)
                    sentence += $": {plan.Describe()}";
            });
        bool go = Ask(VisibleText.Of(sentence), out ShouldProcessReason reason);
        if (go || reason == ShouldProcessReason.WhatIf)
            Emit(session, operation, go ? options : options with { WhatIf = true });
    }

    private bool Ask(string sentence, out ShouldProcessReason reason)
    {
        try
        {
            return ShouldProcess(sentence + ".", sentence + "?", MyInvocation.MyCommand.Name, out reason);
        }
        catch (PSInvalidOperationException e)
        {
            throw new DataOpsException(
                ErrorIds.NobodyToAsk, FailureKind.InvalidArgument,
                "Confirmation needed, but PowerShell is not interactive.", "Add -Confirm:$false in a script.", null, e);
        }
    }

    // Whether ShouldProcess is going to ask: then what would happen stands in the question.
    private bool Asks
    {
        get
        {
            if (Switch("WhatIf") ?? IsSet("WhatIfPreference"))
                return false;
            ConfirmImpact impact = GetType().GetCustomAttribute<CmdletAttribute>()!.ConfirmImpact;
            return Switch("Confirm") ?? (GetVariableValue("ConfirmPreference") is ConfirmImpact preference
                && preference != ConfirmImpact.None && impact >= preference);
        }
    }

    private bool? Switch(string name) =>
        MyInvocation.BoundParameters.TryGetValue(name, out object? given) ? (SwitchParameter)given : null;

    private bool IsSet(string variable) => LanguagePrimitives.IsTrue(GetVariableValue(variable));
}
