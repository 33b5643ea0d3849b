using System.Diagnostics;

namespace DataOps.PowerShell.Output;

/// <summary>What was asked for completion lately, by kind of name.</summary>
internal sealed class CompletionCache
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(30);
    private readonly Dictionary<string, (long At, IReadOnlyList<string> Names)> _kept = [];

    public IReadOnlyList<string> Get(string kind, Func<IReadOnlyList<string>> read)
    {
        if (!_kept.TryGetValue(kind, out var kept) || Stopwatch.GetElapsedTime(kept.At) > s_lifetime)
            _kept[kind] = kept = (Stopwatch.GetTimestamp(), read());
        return kept.Names;
    }
}
