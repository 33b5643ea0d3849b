using System.Runtime.InteropServices;

namespace DataOps.Cli;

/// <summary>
/// Ctrl+C and SIGTERM: the first one cancels the query on the server and ends in order, the second one ends at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const int InterruptSignal = 2;
    private const nint DefaultAction = 0;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption()
    {
        // A script starts background jobs with SIGINT ignored, and .NET leaves it so: their queries have to stop, too.
        if (!OperatingSystem.IsWindows())
            SetSignal(InterruptSignal, DefaultAction);
        _signals =
            [PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop)];
    }

    public CancellationToken Token => _source.Token;

    /// <summary>What a shell expects of a program that a signal has ended: 130 for Ctrl+C, 143 for SIGTERM.</summary>
    public int ExitCode { get; private set; } = 130;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
            return;
        context.Cancel = true;
        ExitCode = context.Signal == PosixSignal.SIGTERM ? 143 : 130;
        _source.Cancel();
    }

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint SetSignal(int signal, nint action);
}
