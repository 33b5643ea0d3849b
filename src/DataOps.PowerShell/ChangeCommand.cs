using System.Management.Automation;
using System.Reflection;
using DataOps.Core.Changes;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell;

/// <summary>
/// A cmdlet that changes a database: one path for -WhatIf and for the real run, and one result object from both.
/// </summary>
public abstract class ChangeCommand : InputCommand
{
    // A question of more lines has no reader; the rest is in the plan of -WhatIf.
    private const int MostTables = 12;

    /// <summary>
    /// Asks where rows are deleted, then runs the operation; with -WhatIf the operation only plans, and says what it
    /// would change.
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
        bool isWhatIf = Switch("WhatIf") ?? IsSet("WhatIfPreference");
        List<TResult> plan = [];
        // Rows one by one are told as they come, and not kept.
        if ((isWhatIf && options is not ChangeOptions { Detailed: true }) || Asks(isWhatIf))
            Emit(context => operation.Run(session, options with { WhatIf = true }, context), result =>
            {
                if (isWhatIf || result is TableChangeSummary or ChangeResult)
                    plan.Add(result);
            });
        ChangeResult? sum = plan.OfType<ChangeResult>().LastOrDefault();
        if (sum is not null)
            sentence += $": {sum.Describe()}";
        // What takes no row away needs no question, unless somebody wants one.
        bool asks = isWhatIf || sum?.NeedsYes() != false || Switch("Confirm") == true;
        ShouldProcessReason reason = ShouldProcessReason.None;
        bool go = !asks || Ask(VisibleText.Of(sentence), Tables(plan), out reason);
        if (go)
            Emit(session, operation, options);
        else if (reason == ShouldProcessReason.WhatIf && sum is not null)
            plan.ForEach(Write);
        else if (reason == ShouldProcessReason.WhatIf)
            Emit(session, operation, options with { WhatIf = true });
    }

    // A line a table.
    private static string Tables<TResult>(IReadOnlyList<TResult> plan)
    {
        string[] lines = [.. plan.OfType<TableChangeSummary>().Select(t => ShownText.OfTable(new PSObject(t)))];
        string more = lines.Length > MostTables ? $"\n  and {lines.Length - MostTables} tables more" : "";
        return lines.Length == 0 ? "" : $"\n{string.Join('\n', lines.Take(MostTables))}{more}\n";
    }

    private bool Ask(string sentence, string tables, out ShouldProcessReason reason)
    {
        try
        {
            return ShouldProcess(sentence + ".", $"{sentence}?{tables}", MyInvocation.MyCommand.Name, out reason);
        }
        catch (PSInvalidOperationException e)
        {
            throw new DataOpsException(
                ErrorIds.NobodyToAsk, FailureKind.InvalidArgument,
                "Confirmation needed, but PowerShell is not interactive.", "Add -Confirm:$false in a script.", null, e);
        }
    }

    // Whether ShouldProcess is going to ask: then what would happen stands in the question.
    private bool Asks(bool isWhatIf)
    {
        if (isWhatIf)
            return false;
        ConfirmImpact impact = GetType().GetCustomAttribute<CmdletAttribute>()!.ConfirmImpact;
        return Switch("Confirm") ?? (GetVariableValue("ConfirmPreference") is ConfirmImpact preference
            && preference != ConfirmImpact.None && impact >= preference);
    }

    private bool? Switch(string name) =>
        MyInvocation.BoundParameters.TryGetValue(name, out object? given) ? (SwitchParameter)given : null;

    private bool IsSet(string variable) => LanguagePrimitives.IsTrue(GetVariableValue(variable));
}
