using System.Collections;
using System.Management.Automation;
using DataOps.Core.Kernel;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Completers;

/// <summary>A definition that stands in a command that is still being typed.</summary>
internal static class GivenDefinition
{
    /// <summary>A file's full path, or JSON; null for none.</summary>
    /// <exception cref="DataOpsException">It cannot be read.</exception>
    public static string? Of(object? definition) => definition switch
    {
        PSObject wrapped => Of(wrapped.BaseObject),
        IDictionary data => DefinitionSource.Json(data, null),
        string text when text.TrimStart().StartsWith('{') => text,
        string { Length: > 0 } path when path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase) =>
            DefinitionSource.OfDataFile(FullPath(path)),
        string { Length: > 0 } path => FullPath(path),
        _ => null,
    };

    // The runspace is busy completing: only a nested pipeline may ask it where it is.
    private static string FullPath(string path)
    {
        using System.Management.Automation.PowerShell nested = System.Management.Automation.PowerShell.Create(
            RunspaceMode.CurrentRunspace);
        string? location = nested.AddCommand("Get-Location").AddParameter("PSProvider", "FileSystem").Invoke<PathInfo>()
            .FirstOrDefault()?.ProviderPath;
        return Path.Combine(location ?? "", path);
    }
}
