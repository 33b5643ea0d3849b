using DataOps.Core.Operations;

namespace DataOps.PowerShell;

/// <summary>A cmdlet that works on files alone, and on no database.</summary>
public abstract class FileCommand : StoppableCommand
{
    private bool _hasTaken;

    /// <summary>Refuses what cannot be meant, before anything is done.</summary>
    protected abstract void Validate();

    /// <summary>Takes an object from the pipeline, or the parameters without one.</summary>
    protected abstract void Take();

    /// <summary>Does the cmdlet's work, with all that was taken; never where a pipeline delivered nothing.</summary>
    protected abstract void Process();

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Guard(() =>
    {
        // What the pipeline delivers is not known yet.
        if (!MyInvocation.ExpectingInput)
            Validate();
    });

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guard(() =>
    {
        Take();
        _hasTaken = true;
    });

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        if (_hasTaken)
            Guard(Process);
    }

    /// <summary>Runs an operation and writes its results as they come.</summary>
    protected void Emit<TOptions, TResult>(FileOperation<TOptions, TResult> operation, TOptions options)
        where TOptions : IOptions
        where TResult : class => Emit(context => operation.Run(options, context), result => WriteObject(result));
}
