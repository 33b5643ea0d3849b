using System.Runtime.InteropServices;

namespace DataOps.Tasks;

/// <summary>Runs the measurements that docs/benchmarks.md reports.</summary>
internal static class Benchmarks
{
    public static int Run(string[] arguments)
    {
        string project = Path.Combine("tests", "DataOps.Benchmarks");
        if (!Directory.Exists(Path.Combine(Repository.Root, project)))
            throw new TaskFailedException($"There is no {project}.");
        PinnedShell.Install();
        Package.PublishCompiled();
        Shell.Build("DataOps.PowerShell.sln");
        string module = Package.PlaceModule(Package.OfThisPlatform);
        return Shell.Run("dotnet", ["run", "-c", "Release", "--project", project, "--", .. arguments],
            new Dictionary<string, string> { ["DATAOPS_MODULE"] = Path.Combine(module, "DataOps.psd1") });
    }
}
