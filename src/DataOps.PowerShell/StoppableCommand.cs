using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Management.Automation.Host;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell;

/// <summary>
/// A cmdlet that Ctrl+C stops at once, and whose failures become error records: how it runs operations, and what paths
/// mean to it.
/// </summary>
public abstract class StoppableCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _warnings = [];

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
    protected void Guard(Action work, bool goesOn = false) => Guard(
        work, e => goesOn && e is not DataOpsException { Kind: FailureKind.Connection or FailureKind.Authentication });

    /// <summary>Runs the cmdlet's work and makes an error record of a failure.</summary>
    /// <param name="work">The work.</param>
    /// <param name="goesOn">Whether the cmdlet goes on after a failure.</param>
    protected void Guard(Action work, Func<Exception, bool> goesOn)
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
            if (!goesOn(e))
                ThrowTerminatingError(record);
            WriteError(record);
        }
    }

    /// <summary>Runs an operation, with a session or without one, and takes its results as they come.</summary>
    protected void Emit<TResult>(Func<OperationContext, IEnumerable<TResult>> run, Action<TResult> take)
    {
        ProgressWriter progress = new(this);
        OperationContext context = new()
        {
            Cancellation = Cancellation,
            Progress = progress,
            Warning = Warn,
            Verbose = Tell,
            NotFound = e => WriteError(ErrorRecords.From(e)),
            Ask = Choose,
        };
        try
        {
            foreach (TResult result in run(context))
                take(result);
        }
        finally
        {
            progress.Complete();
        }
    }

    /// <summary>Paths as the user wrote them, as the file system knows them.</summary>
    protected string[] FileSystemPath(string[]? paths) => [.. (paths ?? []).Select(p => FileSystemPath(p)!)];

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

    /// <summary>Sees a failure before it is reported.</summary>
    protected virtual void OnFailure(Exception failure)
    {
    }

    /// <summary>Tells with -Verbose; a pipeline that is being stopped must not be written to.</summary>
    protected void Tell(string text)
    {
        if (!Stopping)
            WriteVerbose(VisibleText.Of(text));
    }

    private int Choose(Question question)
    {
        try
        {
            // Of "Delete" and "Default" each letter after the & is one's own.
            Collection<ChoiceDescription> choices = [.. question.Choices.Select(
                (c, i) => new ChoiceDescription($"&{i + 1} {c}", c))];
            return Host.UI.PromptForChoice(
                VisibleText.Of(question.Title), VisibleText.Of(question.Text), choices, question.Default);
        }
        // So do hosts without a person behind them answer: PowerShell's own, and Ansible's.
        catch (Exception e) when (e is HostException or PSInvalidOperationException or NotImplementedException)
        {
            throw new DataOpsException(
                ErrorIds.NobodyToAsk, FailureKind.InvalidArgument, "PowerShell is not interactive.",
                "Decide with -Policy; New-RepairPolicy writes one.", null, e);
        }
    }

    // A plan that is asked about warns as its change does.
    private void Warn(string text)
    {
        if (_warnings.Add(text))
            WriteWarning(VisibleText.Of(text));
    }
}
