using DataOps.Core.Files;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Cli;

/// <summary>The reader of standard output has gone away.</summary>
internal sealed class BrokenPipeException(IOException cause) : Exception(cause.Message, cause);

/// <summary>Writes results as they come.</summary>
internal abstract class ResultWriter : IDisposable
{
    private readonly Stream _output;
    private bool _broken;

    protected ResultWriter(ProgressLine progress, Stream output)
    {
        (Progress, _output) = (progress, output);
        progress.Pulse = () => Guard(Flush);
    }

    protected ProgressLine Progress { get; }

    /// <summary>The writer of a format.</summary>
    public static ResultWriter For(
        OutputFormat format, ProgressLine progress, Stream output, Session? session,
        IReadOnlyCollection<Audit>? ran) => format switch
    {
        _ when ReportWriter.Of(format) is { } report => new ReportWriter(
            progress, output, (session?.Server ?? "no server", session?.Database ?? "files"), ran, report),
        OutputFormat.Table => new TableWriter(progress, output),
        OutputFormat.List => new ListWriter(progress, output),
        _ => new JsonLineWriter(progress, output),
    };

    /// <summary>Writes a result.</summary>
    public void Write(object result) => Guard(() =>
    {
        if (result is IScriptLine line)
            Send(System.Text.Encoding.UTF8.GetBytes($"{line.Text}\n"));
        else
            WriteCore(result);
    });

    /// <summary>Writes what is left.</summary>
    public void Finish() => Guard(() =>
    {
        FinishCore();
        Flush();
    });

    public void Dispose()
    {
        Progress.Pulse = null;
        if (!_broken && IsUsefulInPart)
            Finish();
        _output.Dispose();
    }

    /// <summary>Whether what was found before an error or Ctrl+C is of use.</summary>
    protected virtual bool IsUsefulInPart => true;

    protected abstract void WriteCore(object result);

    protected virtual void FinishCore()
    {
    }

    protected abstract void Flush();

    /// <summary>Hands bytes on; on a terminal the progress line makes room first.</summary>
    protected void Send(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        Progress.Clear();
        _output.Write(bytes);
        _output.Flush();
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
            throw StandardOutput.IsReaderGone(e) ? new BrokenPipeException(e) : StandardOutput.Failure(e.Message, e);
        }
    }
}
