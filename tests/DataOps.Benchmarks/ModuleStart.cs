using System.Globalization;

namespace DataOps.Benchmarks;

/// <summary>
/// What a fresh PowerShell needs for the packed module and for its first object, told by a clock inside it: how long
/// the shell itself takes to start is not ours.
/// </summary>
/// <remarks>
/// The pinned shell is the .NET tool, whose own code is compiled as it runs; with DATAOPS_PWSH, the path of an
/// installed PowerShell, the numbers are those that its users see.
/// </remarks>
internal sealed class ModuleStart(string module, string uri)
{
    // A binary module of PowerShell's own.
    private const string Peer = "Microsoft.PowerShell.PSResourceGet";

    private static readonly string s_shell = Environment.GetEnvironmentVariable("DATAOPS_PWSH") ?? "pwsh";

    /// <summary>Rows for docs/benchmarks.md; the first round warms up and is not counted.</summary>
    public IEnumerable<string> Measure(int runs)
    {
        string checkout = Path.Combine(Paths.Root, "DataOps.psd1");
        (double[] Ours, double[] Il, double[] Peer)[] rounds =
        [
            .. Enumerable.Range(0, runs + 1).Select(_ => (Start(module), Start(checkout), Start(Peer))).Skip(1),
        ];
        yield return "| in a fresh shell | ms | peer | ms | ratio |\n|---|---|---|---|---|";
        yield return Row("import of the module", rounds.Select(r => (r.Ours[0], r.Peer[0])), Peer);
        yield return Row("import of the module", rounds.Select(r => (r.Ours[0], r.Il[0])), "the same, not compiled");
        yield return Row("first object of Find-Orphan, after it", rounds.Select(r => (r.Ours[1], r.Il[1])),
            "the same, not compiled");
    }

    private double[] Start(string name)
    {
        string script = $$"""
            $ErrorActionPreference = 'Stop'
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Import-Module '{{name}}'
            $import = $watch.Elapsed.TotalMilliseconds
            if (Get-Module DataOps) { $first = Find-Orphan -Database '{{uri}}' | Select-Object -First 1 }
            "$import $($watch.Elapsed.TotalMilliseconds - $import)"
            """;
        string said = new Timed(s_shell, ["-NoProfile", "-NonInteractive", "-Command", script]).Read();
        return [.. said.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
    }

    private static string Row(string what, IEnumerable<(double Ours, double Theirs)> pairs, string peer)
    {
        (double Ours, double Theirs)[] all = [.. pairs];
        return string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {Comparison.Median(all.Select(p => p.Ours)):0} | {peer} | "
            + $"{Comparison.Median(all.Select(p => p.Theirs)):0} | "
            + $"{Comparison.Median(all.Select(p => p.Ours / p.Theirs)):0.00} |");
    }
}
