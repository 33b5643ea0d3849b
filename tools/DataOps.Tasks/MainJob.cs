namespace DataOps.Tasks;

/// <summary>The main job on the sample site, as a person would do it at the prompt: audit, dump, load, compare.</summary>
internal static class MainJob
{
    public static int Run()
    {
        Shell.Build("DataOps.PowerShell.sln");
        using SampleServer sample = SampleServer.Start();
        string folder = Directory.CreateTempSubdirectory("dataops-try-").FullName;
        Console.WriteLine($"A scratch server, PostgreSQL {sample.Server.Binaries.Major} on port {sample.Server.Port}, holds the sample site: "
            + $"{SampleServer.Healthy}, {SampleServer.Damaged}, {SampleServer.Empty}.");
        try
        {
            return Shell.Find("pwsh") is { } pwsh
                ? Shell.Run(pwsh, ["-NoProfile", "-NonInteractive", "-File", Path.Combine(Repository.Root, "samples", "try.ps1"), "-Folder", folder],
                    sample.Environment())
                : WithCommandLine(sample, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int WithCommandLine(SampleServer sample, string folder)
    {
        Console.WriteLine("There is no pwsh on PATH, so this is the command line; the cmdlets have the same names and parameters.");
        string dump = Path.Combine(folder, "museum.jsonl.gz");
        string again = Path.Combine(folder, "copy.jsonl.gz");
        Console.WriteLine();

        Title("Audit the damaged site: what points at nothing");
        DataOps(sample, SampleServer.Damaged, "find-orphan", "--summary", "--format", "table");
        DataOps(sample, SampleServer.Damaged, "find-orphan", "--class", "Inheritance,Tree,Embedded,Implied", "--format", "table");
        Title("The healthy one has nothing to report");
        DataOps(sample, SampleServer.Healthy, "find-orphan", "--format", "table");
        Title("Dump it to a file");
        DataOps(sample, SampleServer.Healthy, "export-dataset", "--path", dump, "--include-derived", "--format", "list");
        Title("Load the file into an empty copy of the schema: first only say what would happen");
        DataOps(sample, SampleServer.Empty, "import-dataset", "--path", dump, "--what-if", "--format", "list");
        DataOps(sample, SampleServer.Empty, "import-dataset", "--path", dump, "--format", "list");
        Title("A second time there is nothing to do");
        DataOps(sample, SampleServer.Empty, "import-dataset", "--path", dump, "--format", "list");
        Title("Compare the two");
        DataOps(sample, SampleServer.Empty, "export-dataset", "--path", again, "--include-derived", "--format", "list");
        int differences = DumpFiles.Differences(dump, again, out int objects);
        Console.WriteLine($"{objects} objects in {Path.GetFileName(dump)}, {differences} differences in {Path.GetFileName(again)}");
        return differences == 0 && objects > 0 ? 0 : 1;
    }

    private static void Title(string text) => Console.WriteLine($"# {text}");

    // Prints the command as one would type it; what it needs to find its database stands in the environment.
    private static void DataOps(SampleServer sample, string database, params string[] arguments)
    {
        Console.WriteLine($"$ DATABASE_URL={sample.Uri(database)} dataops {string.Join(' ', arguments)}");
        string cli = Path.Combine(Repository.Root, "src", "DataOps.Cli", "bin", "Release", "net8.0", "dataops.dll");
        int exitCode = Shell.Run("dotnet", [cli, .. arguments], new Dictionary<string, string> { ["DATABASE_URL"] = sample.Uri(database) });
        Console.WriteLine();
        if (exitCode != 0)
            throw new TaskFailedException($"dataops {arguments[0]} ended with exit code {exitCode}.");
    }
}
