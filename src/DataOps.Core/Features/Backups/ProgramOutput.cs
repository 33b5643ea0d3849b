using System.Diagnostics;
using System.Text;
using DataOps.Core.Files.Compression;

namespace DataOps.Core.Features.Backups;

/// <summary>
/// What a program writes to its standard output: whoever reads it to its end knows that the program succeeded.
/// </summary>
internal sealed class ProgramOutput : ReadStream
{
    private readonly Process _process;
    private readonly Task<string> _said;
    private readonly Func<int, string, DataOpsException> _failed;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _stop;

    /// <summary>Starts it.</summary>
    /// <param name="start">The program and its arguments.</param>
    /// <param name="failed">What is thrown at the end when it failed: its exit code, and what it said.</param>
    /// <param name="cancellation">Ends it.</param>
    public ProgramOutput(
        ProcessStartInfo start, Func<int, string, DataOpsException> failed, CancellationToken cancellation)
    {
        (_failed, _cancellation) = (failed, cancellation);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardErrorEncoding = Encoding.UTF8;
        _process = Process.Start(start)!;
        _stop = cancellation.Register(() => _process.Kill());
        _said = _process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = _process.StandardOutput.BaseStream.Read(buffer);
        _cancellation.ThrowIfCancellationRequested();
        if (read > 0 || buffer.IsEmpty)
            return read;
        _process.WaitForExit();
        _cancellation.ThrowIfCancellationRequested();
        return _process.ExitCode == 0
            ? 0
            : throw _failed(_process.ExitCode, VisibleText.Of(_said.Result.Trim()).ReplaceLineEndings("; "));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
            // Who has read enough does not wait for the rest.
            if (!_process.HasExited)
                _process.Kill();
            _process.Dispose();
        }
        base.Dispose(disposing);
    }
}
