namespace DataOps.Core.Tests.Support;

/// <summary>Does something once, as soon as an operation reports an activity whose name begins so.</summary>
internal sealed class At(string activity, Action action) : IProgress<OperationProgress>
{
    private bool _done;

    public void Report(OperationProgress value)
    {
        if (_done || !value.Activity.StartsWith(activity, StringComparison.Ordinal))
            return;
        _done = true;
        action();
    }
}
