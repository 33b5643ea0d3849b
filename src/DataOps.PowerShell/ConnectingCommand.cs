using System.Management.Automation;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell;

/// <summary>A cmdlet that can open a connection: what it says of the site, and the files that it names.</summary>
public abstract class ConnectingCommand : StoppableCommand
{
    /// <summary>Longest wait for a lock, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue / 1000)]
    public int? LockTimeout { get; set; }

    /// <summary>
    /// Schema of the site, where one database holds several sites; several, or a wildcard, for audits and lists.
    /// Default: the search_path's.
    /// </summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Schema { get; set; }

    /// <summary>
    /// Tables, columns and references of the site that the database does not show: a JSON or .psd1 file, or a
    /// hashtable.
    /// </summary>
    [Parameter]
    [DefinitionTransformation]
    [ArgumentCompleter(typeof(DefinitionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? SiteDescription { get; set; }

    /// <summary>The description as the core takes it; null without one.</summary>
    protected string? Description => SiteDescription is null ? null : DefinitionOf(SiteDescription);

    /// <summary>Says with -Verbose which description of the site is used, where it was found and not given.</summary>
    protected void SayWhichSite(ConnectionSettings settings)
    {
        if (settings.SiteSource is { } source)
            WriteVerbose($"The site is described by {source}.");
    }

    /// <summary>
    /// The path of a dataset file: PowerShell's pipeline carries objects, so there is no standard input or output.
    /// </summary>
    /// <exception cref="DataOpsException">It is no path of a file.</exception>
    protected string DatasetPath(string path)
    {
        if (path == "-")
            throw new DataOpsException(
                ErrorIds.NotAFile, FailureKind.InvalidArgument,
                "- is not a file, and PowerShell's pipeline carries objects, not bytes.",
                "Name a file, or use the dataops command line.", path);
        return FileSystemPath(path);
    }

    /// <summary>
    /// A definition as the core takes it: a JSON file's path, or the JSON of a hashtable or a .psd1 file.
    /// </summary>
    /// <exception cref="DataOpsException">The file is none that can be read.</exception>
    protected string DefinitionOf(string definition)
    {
        if (definition.Length == 0 || definition.TrimStart().StartsWith('{'))
            return definition;
        string path = DatasetPath(definition);
        return path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase) ? DefinitionSource.OfDataFile(path) : path;
    }
}
