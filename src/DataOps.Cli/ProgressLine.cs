using System.Diagnostics;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;

namespace DataOps.Cli;

/// <summary>
/// One line of progress at the bottom of the terminal; nothing where standard error is not a terminal.
/// </summary>
/// <param name="quiet">Whether it, and notes, are not shown at all.</param>
internal sealed class ProgressLine(bool quiet) : IProgress<OperationProgress>, IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private readonly bool _enabled = !quiet && !Console.IsErrorRedirected;
    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private string _activity = "";
    private long _doneAtStart;
    private int _width;

    /// <summary>Told when the operation reports: results that wait in a buffer may go out.</summary>
    public Action? Pulse { get; set; }

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
        Pulse?.Invoke();
        if (_enabled)
            Show(Text(value));
    }

    /// <summary>Writes a line that says nothing of a fault, unless none is wanted.</summary>
    public void Note(string line)
    {
        if (!quiet)
            Say(line);
    }

    /// <summary>Writes a line to standard error, above the progress.</summary>
    public void Say(string line)
    {
        Clear();
        Console.Error.WriteLine(VisibleText.Of(line));
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (_width > 0)
            Console.Error.Write("\r" + new string(' ', _width) + "\r");
        _width = 0;
    }

    public void Dispose() => Clear();

    private void Show(string text)
    {
        text = VisibleText.Of(text);
        string line = text[..Math.Min(text.Length, Math.Max(Terminal.Width - 1, 1))];
        Console.Error.Write("\r" + line.PadRight(_width));
        _width = line.Length;
    }

    private string Text(OperationProgress value)
    {
        if (value.Done == 0)
            return value.Activity;
        double rate = (value.Done - _doneAtStart) / _sinceStart.Elapsed.TotalSeconds;
        if (value.Total is not (> 0 and long total))
            return $"{value.Activity}: {value.Done:N0}, {rate:N0} a second";
        string left = rate > 0 && total > value.Done
            ? $", {TimeSpan.FromSeconds((total - value.Done) / rate):hh\\:mm\\:ss} left"
            : "";
        return $"{value.Activity}: {value.Done:N0} of about " +
            $"{total:N0} ({Math.Min(100, 100 * value.Done / total)} %), {rate:N0} a second{left}";
    }
}
