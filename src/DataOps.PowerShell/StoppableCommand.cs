using System.Management.Automation;
using DataOps.Core.Kernel;
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
}
