using System.Diagnostics;
using DataOps.Core.Postgres.Servers;
using Npgsql;

namespace DataOps.Core.Tests.Postgres.Servers;

public sealed class ScratchServerTests
{
    private static readonly PostgresBinaries? Binaries = PostgresBinaries.Find()
        ?? PostgresBinaries.Find(null, [Repository.FetchedServers]);

    [Fact]
    public void It_answers_as_utf8_server_of_the_programs_version()
    {
        using ScratchServer server = Start();
        using Session session = Session.Open(server.Settings(), "Test");

        Assert.Equal(server.Binaries.Major, session.ServerVersion.Major);
        Assert.Equal(["UTF8"], session.List<string>("select current_setting('server_encoding')"));
    }

    [Fact]
    public void Two_of_them_run_side_by_side()
    {
        using ScratchServer one = Start();
        using ScratchServer two = Start();

        Assert.NotEqual(one.Port, two.Port);
        Assert.NotEqual(one.Folder, two.Folder);
    }

    [Fact]
    public void Disposing_it_leaves_neither_a_process_nor_a_file()
    {
        ScratchServer server = Start();
        int pid = ServerPid(server.Folder);
        server.Dispose();

        Assert.False(Directory.Exists(server.Folder));
        Assert.False(IsAlive(pid));
    }

    [Fact]
    public void Disposing_it_ends_the_queries_that_still_run()
    {
        ScratchServer server = Start();
        using NpgsqlConnection connection = new($"Host=127.0.0.1;Port={server.Port};Username=postgres;Pooling=false");
        connection.Open();
        using NpgsqlCommand sleep = new("select pg_sleep(60)", connection);
        Task<object?> running = sleep.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        server.Dispose();

        Assert.ThrowsAny<NpgsqlException>(() => running.GetAwaiter().GetResult());
    }

    [Fact]
    public void It_dies_with_the_process_that_started_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "kill -9 is a thing of Unix");
        Assert.SkipWhen(Binaries is null, "no PostgreSQL on this machine");
        // This assembly is its own victim: started with a word, it starts a server, tells its folder and sleeps.
        using Process parent = Victim.Start();
        string folder = parent.StandardOutput.ReadLine()!;
        int pid = ServerPid(folder);
        Assert.True(IsAlive(pid));
        parent.Kill();

        Assert.True(SpinWait.SpinUntil(() => !IsAlive(pid) && !Directory.Exists(folder), TimeSpan.FromSeconds(20)),
            $"{folder} or process {pid} is still there");
    }

    [Fact]
    public void A_server_that_cannot_start_says_why()
    {
        Assert.SkipWhen(Binaries is null, "no PostgreSQL on this machine");
        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => ScratchServer.Start(Binaries, ["no_such_setting=1"]));

        Assert.Contains("no_such_setting", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_of_a_version_that_is_not_there_are_not_found() => Assert.Null(PostgresBinaries.Find(3));

    [Fact]
    public void Programs_that_do_not_start_are_passed_over()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights on Windows");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dataops-links-");
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "postgres"), "/no/such/postgres");
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "initdb"), "/no/such/initdb");
        PostgresBinaries? found = PostgresBinaries.Find(null, [folder.FullName]);
        folder.Delete(recursive: true);

        Assert.NotEqual(folder.FullName, found?.Folder);
    }

    [Fact]
    public void Programs_in_a_folder_that_only_root_may_enter_still_run()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "only root has such folders");
        PostgresBinaries? fetched = PostgresServer.Versions.Select(
            v => PostgresBinaries.Find(v.Data, [Repository.FetchedServers]))
            .FirstOrDefault(f => f is not null);
        Assert.SkipWhen(fetched is null, "no PostgreSQL that may be copied has been fetched");
        DirectoryInfo locked = Directory.CreateTempSubdirectory("dataops-locked-");
        using Process copy = Process.Start(
            "cp", ["-a", Path.GetDirectoryName(fetched.Folder)!, Path.Combine(locked.FullName, "native")]);
        copy.WaitForExit();
        using (ScratchServer server = ScratchServer.Start(
            fetched with { Folder = Path.Combine(locked.FullName, "native", "bin") }))
        using (Session session = Session.Open(server.Settings(), "Test"))
            Assert.Equal(fetched.Major, session.ServerVersion.Major);
        locked.Delete(recursive: true);
    }

    private static ScratchServer Start()
    {
        Assert.SkipWhen(Binaries is null, "no PostgreSQL on this machine");
        return ScratchServer.Start(Binaries);
    }

    private static int ServerPid(string folder) =>
        int.Parse(File.ReadLines(Path.Combine(folder, "data", "postmaster.pid")).First());

    private static bool IsAlive(int pid) => Process.GetProcesses().Any(process => process.Id == pid);
}
