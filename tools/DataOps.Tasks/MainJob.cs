namespace DataOps.Tasks;

/// <summary>
/// The main job on the sample site, as a person would do it at the prompt: audit, dump, load, compare.
/// </summary>
internal static class MainJob
{
    public static int Run()
    {
        string pwsh = PinnedShell.Install();
        Shell.Build("DataOps.PowerShell.sln");
        using SampleServer sample = SampleServer.Start();
        string folder = Directory.CreateTempSubdirectory("dataops-try-").FullName;
        Console.WriteLine(
            $"A scratch server, PostgreSQL {sample.Server.Binaries.Major} on port {sample.Server.Port}, holds the " +
                $"sample site: "
            + $"{SampleServer.Healthy}, {SampleServer.Damaged}, {SampleServer.Empty}.");
        try
        {
            string script = Path.Combine(Repository.Root, "samples", "try.ps1");
            return Shell.Run(
                pwsh, ["-NoProfile", "-NonInteractive", "-File", script, "-Folder", folder], sample.Environment());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
