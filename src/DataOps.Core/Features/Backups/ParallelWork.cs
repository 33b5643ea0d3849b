using System.Runtime.ExceptionServices;

namespace DataOps.Core.Features.Backups;

/// <summary>Work on several connections, each on a thread of its own.</summary>
internal static class ParallelWork
{
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for it, reports its progress on the caller's thread, and throws the first failure.</summary>
    public static void Wait(Task all, OperationContext context, Func<OperationProgress> progress)
    {
        while (!((IAsyncResult)all).AsyncWaitHandle.WaitOne(s_often))
            context.Progress?.Report(progress());
        End(all, context.Cancellation);
    }

    /// <summary>Waits for it, and throws the first failure: one cancels the others.</summary>
    public static void End(Task all, CancellationToken cancellation)
    {
        ((IAsyncResult)all).AsyncWaitHandle.WaitOne();
        cancellation.ThrowIfCancellationRequested();
        if (all.Exception?.InnerExceptions.FirstOrDefault(e => e is not OperationCanceledException) is { } first)
            ExceptionDispatchInfo.Throw(first);
    }
}
