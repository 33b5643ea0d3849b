using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the files that can hold a definition, and the folders on the way to them.</summary>
public sealed class DefinitionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters) => CompletionCompleters.CompleteFilename(wordToComplete).Where(
            f => f.ResultType == CompletionResultType.ProviderContainer
                || Path.GetExtension(f.ListItemText).ToLowerInvariant() is ".json" or ".psd1");
}
