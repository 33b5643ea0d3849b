namespace DataOps.Benchmarks;

/// <summary>Where things are in the checkout.</summary>
internal static class Paths
{
    public static string Root { get; } = FindRoot();

    /// <summary>The command line as it ships for this platform; <c>./build.sh bench</c> publishes it.</summary>
    public static string CommandLine =>
        Path.Combine(
            Root, "artifacts", $"cli-{System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}", "dataops");

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DataOps.psd1")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Run this inside the checkout.");
    }
}
