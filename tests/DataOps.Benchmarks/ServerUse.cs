using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using DataOps.Core.Postgres.Servers;

namespace DataOps.Benchmarks;

/// <summary>What the processes of a server have used since it started, those that have ended too.</summary>
/// <param name="Seconds">Of the processors.</param>
/// <param name="Megabytes">Read from the disk and written for it.</param>
internal readonly record struct ServerUse(double Seconds, double Megabytes)
{
    private const double TicksPerSecond = 100;

    /// <summary>Reads it from Linux's /proc (proc(5)): a parent's file counts the children that it has waited for.</summary>
    public static ServerUse Of(ScratchServer server)
    {
        string main = File.ReadLines(Path.Combine(server.Folder, "data", "postmaster.pid")).First();
        ServerUse[] all = [.. Directory.EnumerateDirectories("/proc").Where(f => IsOf(f, main)).Select(Of)];
        return new(all.Sum(u => u.Seconds), all.Sum(u => u.Megabytes));
    }

    public static ServerUse operator -(ServerUse later, ServerUse earlier) =>
        new(later.Seconds - earlier.Seconds, later.Megabytes - earlier.Megabytes);

    private static bool IsOf(string folder, string main) =>
        Path.GetFileName(folder) is var id && char.IsAsciiDigit(id[0])
        && (id == main || (TryRead(folder, "stat", out string? stat) && Fields(stat)[1] == main));

    private static ServerUse Of(string folder) => new(
        TryRead(folder, "stat", out string? stat)
            ? Fields(stat)[11..15].Sum(t => long.Parse(t, CultureInfo.InvariantCulture)) / TicksPerSecond : 0,
        TryRead(folder, "io", out string? io)
            ? io.Split('\n').Where(l => l.StartsWith("read_bytes", StringComparison.Ordinal)
                || l.StartsWith("write_bytes", StringComparison.Ordinal))
                .Sum(l => long.Parse(l[(l.IndexOf(' ') + 1)..], CultureInfo.InvariantCulture)) / 1e6 : 0);

    // After the name, which may have blanks in it: the state, the parent, and so on.
    private static string[] Fields(string stat) => stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

    // A process may end while its files are read.
    private static bool TryRead(string folder, string name, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = File.ReadAllText(Path.Combine(folder, name));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            text = null;
            return false;
        }
    }
}
