using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DataOps.Core.Features.Datasets.Definitions;
using DataOps.Core.Kernel;
using DataOps.PowerShell.Output;

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
            return definition switch
            {
                PSObject wrapped => Names(wrapped.BaseObject),
                IDictionary data => GetDatasetDefinition.NamesIn(DefinitionSource.Json(data, null)),
                string path => NamesIn(FullPath(path)),
                _ => [],
            };
        }
        catch (DataOpsException)
        {
            // A definition with a mistake in it has no names to offer; running the command says what is wrong.
            return [];
        }
    }

    // The runspace is busy completing: only a nested pipeline may ask it where it is.
    private static string FullPath(string path)
    {
        using System.Management.Automation.PowerShell nested = System.Management.Automation.PowerShell.Create(
            RunspaceMode.CurrentRunspace);
        string? location = nested.AddCommand("Get-Location").AddParameter("PSProvider", "FileSystem").Invoke<PathInfo>()
            .FirstOrDefault()?.ProviderPath;
        return Path.Combine(location ?? "", path);
    }

    private static IReadOnlyList<string> NamesIn(string path) =>
        GetDatasetDefinition.NamesIn(
            path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase) ? DefinitionSource.OfDataFile(path) : path);
}
