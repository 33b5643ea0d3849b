using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell;

/// <summary>A cmdlet that Ctrl+C stops at once, and whose failures become error records.</summary>
public abstract class StoppableCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Cancelled when the pipeline is stopped.</summary>
    protected CancellationToken Cancellation => _stop.Token;

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _stop.Cancel();

    /// <summary>Ends the pipeline's use of this cmdlet; PowerShell calls it however the pipeline ends.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing) => _stop.Dispose();

    /// <summary>Runs the cmdlet's work and makes an error record of a failure.</summary>
    /// <param name="work">The work.</param>
    /// <param name="goesOn">Whether the next object from the pipeline may still succeed after this failure.</param>
    protected void Guard(Action work, bool goesOn = false)
    {
        try
        {
            work();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        // PowerShell's own exceptions end the pipeline, or come from what stands behind this cmdlet.
        catch (Exception e) when (e.GetType().Assembly != typeof(PSCmdlet).Assembly)
        {
            ErrorRecord record = ErrorRecords.From(e);
            OnFailure(e);
            if (!goesOn || e is DataOpsException { Kind: FailureKind.Connection or FailureKind.Authentication })
                ThrowTerminatingError(record);
            WriteError(record);
        }
    }

    /// <summary>Sees a failure before it is reported.</summary>
    protected virtual void OnFailure(Exception failure)
    {
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

    /// <summary>
    /// A path as the user wrote it, relative to the runspace's location, as the file system knows it; none remains
    /// none.
    /// </summary>
    [return: NotNullIfNotNull(nameof(path))]
    protected string? FileSystemPath(string? path)
    {
        if (string.IsNullOrEmpty(path))
            return path;
        OptionCheck.NotAnAddress(path);
        string resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem"
            ? resolved
            : throw new DataOpsException(ErrorIds.NotAFile, FailureKind.InvalidArgument,
                $"{path} is not a path of the file system.", target: path);
    }
}
