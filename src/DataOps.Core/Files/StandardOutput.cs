using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DataOps.Core.Files;

/// <summary>The standard output, for bytes.</summary>
public static class StandardOutput
{
    private const int Descriptor = 1;
    private const int GetFlags = 1;
    private const int ClosedByExec = 1;
    private const int BrokenPipe = 32;
    private const int WindowsBrokenPipe = 109;
    private const int WindowsNoData = 232;

    /// <summary>
    /// Opens it. The console's own stream hides that nobody reads any more; a pipe's own stream says so, and the work
    /// can end.
    /// </summary>
    /// <exception cref="DataOpsException"><c>OutputFailed</c>: it is closed, or takes nothing.</exception>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();
        Require();
        FileStream output = new(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return output.CanSeek ? Console.OpenStandardOutput() : output;
    }

    /// <summary>Whether a write failed because its reader has what it wanted, as <c>head -1</c> has.</summary>
    public static bool IsReaderGone(IOException e) =>
        OperatingSystem.IsWindows()
            ? (e.HResult & 0xFFFF) is WindowsBrokenPipe or WindowsNoData
            : e.HResult == BrokenPipe;

    /// <summary>What is told of any other failed write.</summary>
    public static DataOpsException Failure(string why, Exception? cause = null) => new(
        ErrorIds.OutputFailed, FailureKind.InvalidOperation, $"Standard output could not be written: {why}",
        "Check where it leads to, and the free space there.", "stdout",
        cause);

    // What a parent hands on is not closed by exec; the program's own files are, and one of those has the number of an
    // output that is closed.
    private static void Require()
    {
        int flags = Control(Descriptor, GetFlags);
        if (flags < 0 || (flags & ClosedByExec) != 0)
            throw Failure("it is closed.");
        // Of a device that is always full, and of what is open for reading only, a write of nothing says so.
        if (Write(Descriptor, [], 0) < 0)
            throw Failure(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()) + ".");
    }

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int descriptor, int command);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Write(int descriptor, byte[] bytes, nint count);
}
