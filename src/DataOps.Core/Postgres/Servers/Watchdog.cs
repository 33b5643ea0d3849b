using System.Diagnostics;
using System.Globalization;

namespace DataOps.Core.Postgres.Servers;

/// <summary>
/// The small script between us and a scratch server: it makes and starts the server, waits until its standard input
/// ends, stops the server, removes the folder.
/// </summary>
internal static class Watchdog
{
    // A shell starts background commands deaf to QUIT, so a server that has only just been started has to be told
    // again. The reader sits in a subshell so that the script also ends when the server dies by itself. INT is the
    // terminal's Ctrl+C, which goes to the whole group.
    private const string Posix = """
        trap '' INT
        bin=$1 folder=$2 locale=$3; shift 3
        exec 3<&0
        [ -e "$folder/data/PG_VERSION" ] ||
            "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale "$locale" --no-sync \
                </dev/null >"$folder/log" 2>&1 || exit 1
        "$bin/postgres" -D "$folder/data" "$@" </dev/null >>"$folder/log" 2>&1 3<&- &
        server=$!
        { read -r _ <&3; : >"$folder/stop"; while kill -QUIT $server; do sleep 0.1; done; } 2>/dev/null &
        reader=$!
        wait $server
        code=$?
        [ -e "$folder/stop" ] && rm -rf "$folder"
        kill $reader 2>/dev/null
        exit $code
        """;

    public static ProcessStartInfo Command(
        PostgresBinaries programs, string folder, int port, ServerUser user, IReadOnlyList<string> more)
    {
        string[] settings =
        [
            "listen_addresses=127.0.0.1",
            "port=" + port.ToString(CultureInfo.InvariantCulture),
            "unix_socket_directories=" + (OperatingSystem.IsWindows() ? "" : folder),
            "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
            "max_connections=60", "shared_buffers=64MB", "autovacuum=off", "logging_collector=off",
            .. more,
        ];
        if (!OperatingSystem.IsWindows())
        {
            string locale = OperatingSystem.IsLinux() ? "C.UTF-8" : "C";
            IEnumerable<string> options = settings.SelectMany(s => new[] { "-c", s });
            return user.Start("/bin/sh", ["-c", Posix, "sh", programs.Folder, folder, locale, .. options]);
        }
        string script = Path.Combine(folder, "watchdog.cmd");
        File.WriteAllText(script, Windows(programs.Folder, folder, string.Join(" ", settings.Select(s => "-c " + s))));
        return user.Start("cmd.exe", "/d", "/c", script);
    }

    // pg_ctl gives up an administrator's rights, which the server itself refuses to run with.
    private static string Windows(string bin, string folder, string settings) => $"""
        @echo off
        set initdb="{bin}\initdb" -D "{folder}\data" -U postgres -A trust -E UTF8 --locale C --no-sync
        if not exist "{folder}\data\PG_VERSION" %initdb% >"{folder}\log" 2>&1
        if errorlevel 1 exit /b 1
        "{bin}\pg_ctl" -D "{folder}\data" -l "{folder}\log" -w -o "{settings}" start >nul 2>&1 || exit /b 1
        set /p line=
        "{bin}\pg_ctl" -D "{folder}\data" -m immediate -w stop >nul 2>&1
        cd /d "%TEMP%"
        rd /s /q "{folder}"
        """;
}
