using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace DataOps.Core.Operations;

/// <summary>Work on several connections, each on a thread of its own; the first failure stops the others.</summary>
internal static class ParallelWork
{
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(200);

    /// <summary>Does pieces of work in their order, as many at the same time as there are connections.</summary>
    /// <param name="session">The session that the connections are like.</param>
    /// <param name="jobs">How many connections.</param>
    /// <param name="settings">What each of them is told first.</param>
    /// <param name="activity">What it is, for the progress.</param>
    /// <param name="work">The pieces.</param>
    /// <param name="run">Does one of them.</param>
    /// <param name="context">Progress and cancellation.</param>
    public static void Run<T>(
        Session session, int jobs, SqlText settings, string activity, IReadOnlyCollection<T> work,
        Action<Session, T, CancellationToken> run, OperationContext context)
    {
        context.Report(activity, 0, work.Count);
        ConcurrentQueue<T> waiting = new(work);
        long done = 0;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        Task all = Start(Math.Min(jobs, work.Count), stop, () =>
        {
            using Session own = session.Fork(stop.Token);
            own.Run(settings, stop.Token);
            while (waiting.TryDequeue(out T? next))
            {
                run(own, next, stop.Token);
                Interlocked.Increment(ref done);
            }
        });
        while (!((IAsyncResult)all).AsyncWaitHandle.WaitOne(s_often))
            context.Progress?.Report(new(activity, Interlocked.Read(ref done), work.Count));
        End(all, context.Cancellation);
    }

    /// <summary>Starts the same work on several threads.</summary>
    public static Task Start(int threads, CancellationTokenSource stop, Action work) =>
        Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() =>
        {
            try
            {
                work();
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }, CancellationToken.None)));

    /// <summary>Waits for work that was started, and throws the first failure.</summary>
    public static void End(Task all, CancellationToken cancellation)
    {
        ((IAsyncResult)all).AsyncWaitHandle.WaitOne();
        cancellation.ThrowIfCancellationRequested();
        if (all.Exception?.InnerExceptions.FirstOrDefault(e => e is not OperationCanceledException) is { } first)
            ExceptionDispatchInfo.Throw(first);
    }
}
