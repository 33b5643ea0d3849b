using System.Diagnostics;
using System.Runtime.CompilerServices;
using DataOps.Core.Postgres.Servers;
using DataOps.Core.Tests.Features.Backups;

namespace DataOps.Core.Tests.Support;

/// <summary>
/// A process that waits to be killed: this assembly's executable with an environment variable set. It starts a scratch
/// server, or backs up or restores a site.
/// </summary>
internal static class Victim
{
    private const string Switch = "DATAOPS_TEST_VICTIM";
    private const string Server = "server";

    /// <summary>Starts one with a scratch server, whose folder is the first line that it writes.</summary>
    public static Process Start() => Start(Server);

    /// <summary>Starts one that writes a line, runs a command, and writes another.</summary>
    /// <param name="command">The command.</param>
    /// <param name="temporary">A folder for what it leaves there.</param>
    public static Process Start(SiteCommand command, string temporary) => Start(command.ToString(), temporary);

    private static Process Start(string what, string? temporary = null)
    {
        ProcessStartInfo start =
            new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Under the dotnet host (dotnet test, dotnet exec) the assembly is an argument.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(Victim).Assembly.Location);
        start.Environment[Switch] = what;
        if (temporary is not null)
            start.Environment["TMPDIR"] = temporary;
        return Process.Start(start)!;
    }

    // xUnit makes the entry point itself, and a module initializer runs before it.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Switch) is not { } what)
            return;
        if (what != Server)
        {
            Console.WriteLine("begin");
            SiteCommand.Parse(what).Run();
            Console.WriteLine("end");
            Environment.Exit(0);
        }
        using ScratchServer server = ScratchServer.Start(
            (PostgresBinaries.Find() ?? PostgresBinaries.Find(null, [Repository.FetchedServers]))!);
        Console.WriteLine(server.Folder);
        // Nobody writes: this ends only with the test run, should that die before it has killed us.
        Console.In.ReadLine();
    }
}
