using System.Diagnostics;
using System.Runtime.CompilerServices;
using DataOps.Core.Postgres.Servers;

namespace DataOps.Core.Tests.Support;

/// <summary>
/// A process that starts a scratch server and waits to be killed: this assembly's executable with an environment
/// variable set.
/// </summary>
internal static class Victim
{
    private const string Switch = "DATAOPS_TEST_VICTIM";

    public static Process Start()
    {
        ProcessStartInfo start =
            new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Under the dotnet host (dotnet test, dotnet exec) the assembly is an argument.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(Victim).Assembly.Location);
        start.Environment[Switch] = "1";
        return Process.Start(start)!;
    }

    // xUnit makes the entry point itself, and a module initializer runs before it.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Switch) is null)
            return;
        using ScratchServer server = ScratchServer.Start(
            (PostgresBinaries.Find() ?? PostgresBinaries.Find(null, [Repository.FetchedServers]))!);
        Console.WriteLine(server.Folder);
        // Nobody writes: this ends only with the test run, should that die before it has killed us.
        Console.In.ReadLine();
    }
}
