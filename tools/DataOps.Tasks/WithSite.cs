namespace DataOps.Tasks;

/// <summary>Runs a command beside a server that has the sample site; the Pester tests run so.</summary>
internal static class WithSite
{
    public static int Run(string[] command)
    {
        using SampleServer sample = SampleServer.Start();
        return Shell.Run(command[0], command[1..], sample.Environment());
    }
}
