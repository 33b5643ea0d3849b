using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DataOps.Core.Postgres.Servers;

/// <summary>The programs of a PostgreSQL server: where they are and which version they have.</summary>
/// <param name="Folder">The folder that holds <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Major">The major version, as 15.</param>
public sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The oldest server that DataOps works with.</summary>
    public const int OldestMajor = 13;

    private const string DebianRoot = "/usr/lib/postgresql";

    /// <summary>
    /// Finds server programs: in <paramref name="folders"/>, on PATH, then where Debian puts them (the newest first).
    /// </summary>
    /// <param name="major">The major version that is wanted; any from <see cref="OldestMajor"/> on when null.</param>
    /// <param name="folders">Folders to look into first: each a folder of programs, or one that has a folder a major
    /// version with <c>bin</c> or
    /// <c>native/bin</c> in it.</param>
    /// <returns>The first that fits, or null.</returns>
    public static PostgresBinaries? Find(int? major = null, IReadOnlyList<string>? folders = null) =>
        Candidates(folders ?? [])
            .Where(folder => File.Exists(Program(folder, "postgres")) && File.Exists(Program(folder, "initdb")))
            .Select(folder => new PostgresBinaries(folder, MajorOf(Program(folder, "postgres"))))
            .FirstOrDefault(found => major is null ? found.Major >= OldestMajor : found.Major == major);

    /// <summary>Finds a program of a client, as <c>pg_dump</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="oldest">The oldest major version that will do.</param>
    /// <param name="folder">The folder that has it; on PATH, then where Debian puts them, when null.</param>
    /// <returns>The first one's full path, or null.</returns>
    public static string? FindClient(string name, int oldest, string? folder = null) =>
        (folder is null ? Candidates([]) : [folder]).Select(folder => Program(folder, name)).Distinct()
            .FirstOrDefault(program => File.Exists(program) && MajorOf(program) >= oldest);

    /// <summary>The full path of one of the programs.</summary>
    public string Program(string name) => Program(Folder, name);

    private static string Program(string folder, string name) =>
        Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    private static IEnumerable<string> Candidates(IReadOnlyList<string> folders)
    {
        foreach (string folder in folders)
        {
            yield return folder;
            foreach (string bin in BinsBelow(folder))
                yield return bin;
        }
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
            Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return folder;
        foreach (string bin in BinsBelow(DebianRoot))
            yield return bin;
    }

    // Folders named after their major version, the newest first.
    private static IEnumerable<string> BinsBelow(string root) =>
        !Directory.Exists(root)
            ? []
            : Directory.GetDirectories(root)
                .Select(folder =>
                    (folder,
                    version: int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int v) ? v : 0))
                .Where(f => f.version > 0)
                .OrderByDescending(f => f.version)
                .SelectMany(f => new[] { Path.Combine(f.folder, "bin"), Path.Combine(f.folder, "native", "bin") });

    // 0 for a program that does not start: a dangling link, or one made for another machine.
    private static int MajorOf(string program)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true })!;
            Match match = VersionNumber().Match(process.StandardOutput.ReadToEnd());
            process.WaitForExit();
            return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        }
        catch (Win32Exception)
        {
            return 0;
        }
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex VersionNumber();
}
