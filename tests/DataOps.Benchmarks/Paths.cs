namespace DataOps.Benchmarks;

/// <summary>Where things are in the checkout.</summary>
internal static class Paths
{
    public static string Root { get; } = FindRoot();

    public static string CommandLine => Path.Combine(Root, "src", "DataOps.Cli", "bin", "Release", "net8.0", "dataops.dll");

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DataOps.psd1")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Run this inside the checkout.");
    }
}
