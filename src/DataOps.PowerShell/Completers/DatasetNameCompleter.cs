using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DataOps.Core.Features.Datasets.Definitions;
using DataOps.Core.Kernel;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the names of the datasets of the definition that stands in the same command.</summary>
public sealed class DatasetNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        WildcardPattern wanted = WildcardPattern.Get(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return Names(fakeBoundParameters["Definition"])
            .Where(wanted.IsMatch)
            .Select(name => new CompletionResult(
                "'" + CodeGeneration.EscapeSingleQuotedStringContent(name) + "'", name,
                CompletionResultType.ParameterValue, name));
    }

    private static IReadOnlyList<string> Names(object? definition)
    {
        try
        {
            return GivenDefinition.Of(definition) is { } named ? GetDatasetDefinition.NamesIn(named) : [];
        }
        catch (DataOpsException)
        {
            // A definition with a mistake in it has no names to offer; running the command says what is wrong.
            return [];
        }
    }
}
