using System.Diagnostics;
using System.Management.Automation;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;

namespace DataOps.PowerShell.Output;

/// <summary>Shows an operation's progress: one activity, a few times a second, with rate and remaining time.</summary>
internal sealed class ProgressWriter(PSCmdlet cmdlet) : IProgress<OperationProgress>
{
    private const int ActivityId = 1;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);
    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private bool _shown;
    private string _activity = "";
    private long _doneAtStart;

    public void Report(OperationProgress value)
    {
        if (value.Activity != _activity)
        {
            (_activity, _doneAtStart) = (value.Activity, value.Done);
            _sinceStart.Restart();
        }
        if (_sinceLast.Elapsed < s_pause)
            return;
        _sinceLast.Restart();
        _shown = true;
        cmdlet.WriteProgress(Record(value));
    }

    /// <summary>
    /// Takes the bar away. A pipeline that is being stopped takes it away by itself, and must not be written to.
    /// </summary>
    public void Complete()
    {
        if (_shown && !cmdlet.Stopping)
            cmdlet.WriteProgress(
                new ProgressRecord(ActivityId, cmdlet.MyInvocation.MyCommand.Name,
                    "Done") { RecordType = ProgressRecordType.Completed });
    }

    private ProgressRecord Record(OperationProgress value)
    {
        double rate = (value.Done - _doneAtStart) / _sinceStart.Elapsed.TotalSeconds;
        string total = value.Total is { } t ? $" of about {t:N0}" : "";
        string status = value.Activity + (value.Done > 0 ? $": {value.Done:N0}{total}, {rate:N0} a second" : "");
        ProgressRecord record = new(ActivityId, cmdlet.MyInvocation.MyCommand.Name, VisibleText.Of(status));
        if (value.Total is > 0 and long all)
        {
            record.PercentComplete = (int)Math.Clamp(100 * value.Done / all, 0, 100);
            if (rate > 0)
                record.SecondsRemaining = (int)Math.Clamp((all - value.Done) / rate, 0, int.MaxValue);
        }
        return record;
    }
}
