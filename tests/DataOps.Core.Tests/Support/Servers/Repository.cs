namespace DataOps.Core.Tests.Support.Servers;

/// <summary>Where the checkout's folders are.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Samples => Path.Combine(Root, "samples", "site");

    /// <summary>PostgreSQL versions that the build script has fetched.</summary>
    public static string FetchedServers => Path.Combine(Root, ".tools", "postgres");

    /// <summary>A file of the reference data beside the checkout; the test is skipped where it is not there.</summary>
    public static string SharedData(string file)
    {
        string path = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data", file));
        Assert.SkipUnless(File.Exists(path), $"../shared/data/{file} is not there");
        return path;
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DataOps.PowerShell.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new DirectoryNotFoundException($"No DataOps.PowerShell.sln above {AppContext.BaseDirectory}.");
    }
}
