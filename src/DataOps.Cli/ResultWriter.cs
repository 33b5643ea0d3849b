using Microsoft.Win32.SafeHandles;

namespace DataOps.Cli;

/// <summary>The reader of standard output has gone away.</summary>
internal sealed class BrokenPipeException(IOException cause) : Exception(cause.Message, cause);

/// <summary>Writes results to standard output as they come.</summary>
internal abstract class ResultWriter : IDisposable
{
    private readonly Stream _output = StandardOutput();
    private bool _broken;

    protected ResultWriter(ProgressLine progress)
    {
        Progress = progress;
        progress.Pulse = () => Guard(Flush);
    }

    protected ProgressLine Progress { get; }

    public static ResultWriter For(OutputFormat format, ProgressLine progress) => format switch
    {
        OutputFormat.Table => new TableWriter(progress),
        OutputFormat.List => new ListWriter(progress),
        _ => new JsonLineWriter(progress),
    };

    /// <summary>Writes a result.</summary>
    public void Write(object result) => Guard(() => WriteCore(result));

    /// <summary>Writes what is left.</summary>
    public void Finish() => Guard(() =>
    {
        FinishCore();
        Flush();
    });

    public void Dispose()
    {
        Progress.Pulse = null;
        // What was found before an error or Ctrl+C is still of use.
        if (!_broken)
            Finish();
        _output.Dispose();
    }

    protected abstract void WriteCore(object result);

    protected virtual void FinishCore()
    {
    }

    protected abstract void Flush();

    /// <summary>Hands bytes to standard output; on a terminal the progress line makes room first.</summary>
    protected void Send(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        Progress.Clear();
        _output.Write(bytes);
        _output.Flush();
    }

    // The console's own stream hides that nobody reads any more; a pipe's own stream says so, and the query can end.
    private static Stream StandardOutput()
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();
        FileStream output = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return output.CanSeek ? Console.OpenStandardOutput() : output;
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            _broken = true;
            throw new BrokenPipeException(e);
        }
    }
}
