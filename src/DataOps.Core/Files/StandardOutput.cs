using Microsoft.Win32.SafeHandles;

namespace DataOps.Core.Files;

/// <summary>The standard output, for bytes.</summary>
public static class StandardOutput
{
    /// <summary>Opens it. The console's own stream hides that nobody reads any more; a pipe's own stream says so, and the work can end.</summary>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();
        FileStream output = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return output.CanSeek ? Console.OpenStandardOutput() : output;
    }
}
