using System.Diagnostics;
using System.Text;
using System.Text.Json;
using DataOps.Core.Tests.Peers;

[assembly: AssemblyFixture(typeof(RunningDjango))]

namespace DataOps.Core.Tests.Peers;

/// <summary>
/// A real Django with the project in tests/django: one Python process that runs management commands one after the
/// other.
/// </summary>
internal sealed class DjangoPeer : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private const string Packages =
        "python3-django 3.2, python3-psycopg2, python3-django-treebeard, python3-django-mptt, " +
            "python3-django-taggit, python3-yaml";

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private DjangoPeer(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => _said.AppendLine(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>
    /// The number from which the random rows of this run are made; DATAOPS_SEED repeats a run's rows.
    /// </summary>
    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("DATAOPS_SEED"), out int seed)
        ? seed
        : Random.Shared.Next();

    /// <summary>Whether this machine has Debian's packages in the version that the project is written for.</summary>
    public static bool IsInstalled { get; } = File.Exists(Python)
        && Succeeds("-c",
        "import django, psycopg2, treebeard, mptt, taggit, yaml, sys; sys.exit(django.VERSION[:2] != (3, 2))");

    /// <summary>Skips the test where it is not installed.</summary>
    public static void Require() =>
        Assert.SkipUnless(IsInstalled, $"{Python} lacks one of {Packages} (Debian 12: apt-get install)");

    public static DjangoPeer Start()
    {
        Console.WriteLine(
            $"The rows of the Django project are made from the seed {Seed}: DATAOPS_SEED={Seed} repeats them.");
        return new(Process.Start(Command("serve.py"))!);
    }

    /// <summary>Runs a management command on a database, and returns the seconds that it took.</summary>
    public double Run(int port, string database, params string[] command)
    {
        lock (_said)
        {
            _said.Clear();
            _process.StandardInput.WriteLine(JsonSerializer.Serialize(new { port, database, command }));
            string? line = _process.StandardOutput.ReadLine();
            Assert.True(line is not null, $"Django ended: {_said}");
            using JsonDocument answer = JsonDocument.Parse(line);
            string? error = answer.RootElement.GetProperty("error").GetString();
            Assert.True(error is null, $"{string.Join(' ', command)} (seed {Seed}): {error}");
            return answer.RootElement.GetProperty("seconds").GetDouble();
        }
    }

    /// <summary>Makes the project's tables in a blank database.</summary>
    public void Migrate(int port, string database) =>
        Run(port, database, "migrate", "--run-syncdb", "--verbosity", "0");

    /// <summary>Fills the project's tables with random rows.</summary>
    public void Fill(int port, string database, int rows, params string[] arguments) =>
        Run(port, database, ["fill", "--seed", $"{Seed}", "--rows", $"{rows}", .. arguments]);

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static bool Succeeds(params string[] arguments)
    {
        using Process process = Process.Start(Command(arguments))!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static ProcessStartInfo Command(params string[] arguments) => new(Python, arguments)
    {
        WorkingDirectory = Path.Combine(Repository.Root, "tests", "django"),
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        Environment = { ["PGHOST"] = "127.0.0.1", ["PGUSER"] = "postgres", ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["PYTHONIOENCODING"] = "utf-8" },
    };
}

/// <summary>Starts Django when it is first asked for, and ends it after the last test.</summary>
public sealed class RunningDjango : IDisposable
{
    private static readonly Lazy<DjangoPeer> Peer = new(DjangoPeer.Start);

    internal static DjangoPeer Get()
    {
        DjangoPeer.Require();
        return Peer.Value;
    }

    public void Dispose()
    {
        if (Peer.IsValueCreated)
            Peer.Value.Dispose();
    }
}
