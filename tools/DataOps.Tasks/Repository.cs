using System.Xml.Linq;

namespace DataOps.Tasks;

/// <summary>Where the checkout's folders are, and its version.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string FetchedServers => Path.Combine(Root, ".tools", "postgres");

    public static string Version =>
        XDocument.Load(Path.Combine(Root, "Directory.Build.props")).Descendants("Version").First().Value;

    public static string Sample(string file) => Path.Combine(Root, "samples", "site", file);

    public static string Artifacts(params string[] parts) => Path.Combine([Root, "artifacts", .. parts]);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DataOps.PowerShell.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new TaskFailedException($"No DataOps.PowerShell.sln above {AppContext.BaseDirectory}.");
    }
}
