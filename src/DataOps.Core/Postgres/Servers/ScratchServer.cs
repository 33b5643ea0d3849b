using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DataOps.Core.Postgres.Servers;

/// <summary>
/// A throw-away PostgreSQL server on a free local port; it is gone, files and all, when it is disposed and when the
/// process that started it dies.
/// </summary>
/// <remarks>
/// A watchdog holds the read end of a pipe from this process. The system closes the pipe however this process ends, and
/// the watchdog then stops the server and removes its folder. Nothing that it holds is safe from a crash of the
/// machine: it does not wait for the disk.
/// </remarks>
public sealed class ScratchServer : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _watchdog;

    private ScratchServer(PostgresBinaries binaries, string folder, int port, Process watchdog) =>
        (Binaries, Folder, Port, _watchdog) = (binaries, folder, port, watchdog);

    /// <summary>The programs that it runs.</summary>
    public PostgresBinaries Binaries { get; }

    /// <summary>Its own folder: data, log and socket; removed at the end.</summary>
    public string Folder { get; }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>How to reach one of its databases, as the superuser <c>postgres</c>.</summary>
    public string Uri(string database = "postgres") =>
        string.Create(CultureInfo.InvariantCulture, $"postgres://postgres@127.0.0.1:{Port}/")
            + System.Uri.EscapeDataString(database);

    /// <summary>How to reach one of its databases, as the superuser <c>postgres</c>.</summary>
    public ConnectionSettings Settings(string database = "postgres") => ConnectionSettings.Parse(Uri(database));

    /// <summary>Makes a new, empty server and starts it.</summary>
    /// <param name="binaries">The programs to run.</param>
    /// <param name="settings">Server settings beyond its own, each as <c>name=value</c>.</param>
    /// <exception cref="DataOpsException">The server did not start; the message has the end of its log.</exception>
    public static ScratchServer Start(PostgresBinaries binaries, params IReadOnlyList<string> settings)
    {
        ServerUser user = ServerUser.Choose();
        // The path of a Unix socket has 107 characters at the most, and some temporary folders are long.
        string root = OperatingSystem.IsWindows() || Path.GetTempPath().Length < 60 ? Path.GetTempPath() : "/tmp";
        string folder = Path.Combine(
            root, "dataops-" + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal));
        Directory.CreateDirectory(folder);
        try
        {
            PostgresBinaries programs = user.CanRun(binaries.Program("postgres"))
                ? binaries
                : CopyInto(folder, binaries);
            user.Own(folder);
            return Launch(binaries, programs, folder, user, settings);
        }
        catch
        {
            Remove(folder);
            throw;
        }
    }

    /// <summary>Stops the server at once and removes its folder.</summary>
    public void Dispose()
    {
        _watchdog.StandardInput.Close();
        // The watchdog has the server's own time to die (immediate: milliseconds) and removes the folder.
        if (!_watchdog.WaitForExit(TimeSpan.FromSeconds(20)))
            _watchdog.Kill(entireProcessTree: true);
        _watchdog.Dispose();
        Remove(Folder);
    }

    private static ScratchServer Launch(PostgresBinaries binaries, PostgresBinaries programs, string folder,
        ServerUser user, IReadOnlyList<string> settings)
    {
        for (int attempt = 1; ; attempt++)
        {
            int port = FreePort();
            Process watchdog = Process.Start(Watchdog.Command(programs, folder, port, user, settings))!;
            ScratchServer server = new(binaries, folder, port, watchdog);
            if (server.WaitUntilReady())
                return server;
            string log = server.LogTail();
            watchdog.StandardInput.Close();
            watchdog.WaitForExit();
            watchdog.Dispose();
            // Between asking for a free port and using it, another process may have taken it.
            if (attempt == 3 || !log.Contains("could not bind", StringComparison.Ordinal))
                throw new DataOpsException(ErrorIds.ScratchServer, FailureKind.InvalidOperation,
                    $"The scratch server of PostgreSQL {programs.Major} did not start: {log}");
        }
    }

    // The server writes "ready" into its pid file when it takes connections; pg_ctl -w looks at the same line.
    private bool WaitUntilReady()
    {
        string pidFile = Path.Combine(Folder, "data", "postmaster.pid");
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed < StartTimeout; Thread.Sleep(20))
        {
            if (_watchdog.HasExited)
                return false;
            try
            {
                if (ReadShared(pidFile).Split('\n') is { Length: > 7 } lines
                    && lines[7].StartsWith("ready", StringComparison.Ordinal))
                    return true;
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // Not yet: initdb's own server makes this file and removes it before ours makes it again.
                continue;
            }
        }
        return false;
    }

    private string LogTail()
    {
        string file = Path.Combine(Folder, "log");
        return File.Exists(file)
            ? string.Join(Environment.NewLine, ReadShared(file).TrimEnd().Split('\n').TakeLast(10))
            : "it wrote no log.";
    }

    private static string ReadShared(string file)
    {
        using StreamReader reader = new(
            new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static PostgresBinaries CopyInto(string folder, PostgresBinaries binaries)
    {
        // The programs find lib and share beside their own folder.
        string target = Path.Combine(folder, "programs");
        ServerUser.Run(new ProcessStartInfo("cp", ["-a", Path.GetDirectoryName(binaries.Folder)!, target])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        return binaries with { Folder = Path.Combine(target, Path.GetFileName(binaries.Folder)) };
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
