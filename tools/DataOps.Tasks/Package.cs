using System.Runtime.InteropServices;

namespace DataOps.Tasks;

/// <summary>
/// Publishes the module into artifacts/DataOps/&lt;version&gt;, as PowerShell's module path wants it, and the command
/// line with its man page into artifacts/cli for any platform that has .NET, and beside it for this one, with its
/// runtime.
/// </summary>
internal static class Package
{
    public static int Run()
    {
        Shell.Build("DataOps.PowerShell.sln");
        string module = Repository.Artifacts("DataOps", Repository.Version);
        MakeEmpty(module);
        // The manifest names files below module/ and the help below en-US/, so both keep their places.
        File.Copy(Path.Combine(Repository.Root, "DataOps.psd1"), Path.Combine(module, "DataOps.psd1"));
        foreach (string folder in new[] { "module", "en-US" })
            Copy(Path.Combine(Repository.Root, folder), Path.Combine(module, folder));
        foreach (string file in new[] { "LICENSE", "README.md", "CHANGELOG.md" })
            File.Copy(Path.Combine(Repository.Root, file), Path.Combine(module, file));

        string cli = Repository.Artifacts("cli");
        Publish(cli);
        WriteManPage(cli);
        Console.WriteLine($"The module:       {module}");
        Console.WriteLine($"The command line: {cli}, {PublishCompiled()}");
        return 0;
    }

    /// <summary>
    /// Publishes the command line for this machine's platform, compiled beforehand together with its runtime.
    /// </summary>
    /// <returns>Its folder.</returns>
    public static string PublishCompiled()
    {
        string platform = RuntimeInformation.RuntimeIdentifier;
        string folder = Repository.Artifacts($"cli-{platform}");
        Publish(folder, "-r", platform);
        return folder;
    }

    private static void Publish(string folder, params string[] platform)
    {
        MakeEmpty(folder);
        string[] publish =
        [
            "publish", Path.Combine("src", "DataOps.Cli"), "-c", "Release", "-o", folder, "-v", "quiet", "-nologo",
            "--disable-build-servers", .. platform,
        ];
        if (Shell.Run("dotnet", publish) != 0)
            throw new TaskFailedException("The command line does not publish.");
    }

    private static void WriteManPage(string folder)
    {
        (int exitCode, IReadOnlyList<string> page) =
            Shell.Read("dotnet", [Path.Combine(folder, "dataops.dll"), "man"]);
        if (exitCode != 0)
            throw new TaskFailedException("The command line writes no man page.");
        File.WriteAllLines(Path.Combine(folder, "dataops.1"), page);
    }

    private static void MakeEmpty(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
    }

    private static void Copy(string source, string target)
    {
        if (!Directory.Exists(source))
            return;
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
