using System.Runtime.InteropServices;

namespace DataOps.Tasks;

/// <summary>Runs a command, or an interactive shell, beside a server that has the sample site.</summary>
internal static class WithSite
{
    public static int Run(string[] command)
    {
        PinnedShell.Install();
        using SampleServer sample = SampleServer.Start();
        // Ctrl+C is the command's to answer; the server stays until the command ends.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT, signal => signal.Cancel = true);
        return Shell.Run(command[0], command[1..], sample.Environment(), takesInput: true);
    }
}
