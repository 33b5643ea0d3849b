using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DataOps.Tasks;

/// <summary>
/// Publishes into artifacts/ what users install: the module as a folder, DataOps/&lt;version&gt;, and as a package that
/// Install-PSResource takes; the command line with its man page for any platform that has .NET, cli, and for single
/// platforms with what it needs, cli-&lt;platform&gt;; and the sums of all files.
/// </summary>
internal static class Package
{
    /// <summary>The platforms that the module is compiled for ahead of time; its loader looks for these.</summary>
    public static IReadOnlyList<string> Compiled { get; } = ["linux-x64", "win-x64"];

    /// <summary>The one of this machine; none where it is another.</summary>
    public static IEnumerable<string> OfThisPlatform => Compiled.Intersect([RuntimeInformation.RuntimeIdentifier]);

    public static int Run()
    {
        string pwsh = PinnedShell.Install();
        MakeEmpty(Repository.Artifacts());
        Shell.Build("DataOps.PowerShell.sln");
        string module = PlaceModule(Compiled);
        string package = Compress(pwsh, module, Repository.Artifacts());
        string cli = Repository.Artifacts("cli");
        PublishCommandLine(cli);
        WriteManPage(cli);
        string[] compiled = [.. Native().Select(PublishCompiled)];
        Console.WriteLine($"The module:       {module}, {package}");
        Console.WriteLine($"The command line: {string.Join(", ", compiled.Prepend(cli))}");
        Console.WriteLine($"SHA-256:          {WriteSums()}");
        return 0;
    }

    /// <summary>Places the module as PowerShell's module path wants it; the solution is built.</summary>
    /// <param name="platforms">Those for which it is compiled ahead of time; IL serves all others.</param>
    /// <returns>Its folder.</returns>
    public static string PlaceModule(IEnumerable<string> platforms)
    {
        string module = Repository.Artifacts("DataOps", Repository.Version);
        MakeEmpty(module);
        // The manifest names files below module/ and the help below en-US/, so both keep their places.
        File.Copy(Path.Combine(Repository.Root, "DataOps.psd1"), Path.Combine(module, "DataOps.psd1"));
        foreach (string folder in new[] { "module", "en-US" })
            Copy(Path.Combine(Repository.Root, folder), Path.Combine(module, folder));
        foreach (string file in new[] { "LICENSE", "README.md", "CHANGELOG.md" })
            File.Copy(Path.Combine(Repository.Root, file), Path.Combine(module, file));
        foreach (string platform in platforms)
            Compile(platform, Path.Combine(module, "module", "lib"));
        return module;
    }

    /// <summary>Makes the package that a repository of modules holds, by PowerShell's own cmdlet.</summary>
    /// <returns>Its path.</returns>
    public static string Compress(string pwsh, string module, string folder)
    {
        string script = $"$ErrorActionPreference = 'Stop'; (Compress-PSResource -Path '{module.Replace("'", "''")}' "
            + $"-DestinationPath '{folder.Replace("'", "''")}' -PassThru).FullName";
        (int exitCode, IReadOnlyList<string> lines) =
            Shell.Read(pwsh, ["-NoProfile", "-NonInteractive", "-Command", script]);
        return exitCode == 0 && lines is [.., { } package] && File.Exists(package)
            ? package
            : throw new TaskFailedException(
                $"{string.Join(Environment.NewLine, lines)}{Environment.NewLine}The module cannot be packed.");
    }

    /// <summary>
    /// Publishes the command line for this machine's platform, compiled beforehand together with its runtime.
    /// </summary>
    /// <returns>Its folder.</returns>
    public static string PublishCompiled() => PublishCompiled(RuntimeInformation.RuntimeIdentifier);

    private static string PublishCompiled(string platform)
    {
        string folder = Repository.Artifacts($"cli-{platform}");
        PublishCommandLine(folder, $"-p:PublishFor={platform}");
        return folder;
    }

    // This machine's platform, and ARM's where Debian's cross compiler can link for it.
    private static IEnumerable<string> Native()
    {
        yield return RuntimeInformation.RuntimeIdentifier;
        if (RuntimeInformation.RuntimeIdentifier == "linux-x64" && Shell.Find("aarch64-linux-gnu-gcc") is not null)
            yield return "linux-arm64";
    }

    private static void Compile(string platform, string libraries)
    {
        string published = Directory.CreateTempSubdirectory("dataops-compiled-").FullName;
        try
        {
            Publish(Path.Combine("tools", "DataOps.Compiled"), published, "-r", platform);
            string target = Directory.CreateDirectory(Path.Combine(libraries, platform)).FullName;
            foreach (FileInfo image in new DirectoryInfo(published).GetFiles("*.dll"))
            {
                FileInfo il = new(Path.Combine(libraries, image.Name));
                // What is not compiled is published as it is.
                if (il.Exists && il.Length != image.Length)
                    image.CopyTo(Path.Combine(target, image.Name));
            }
        }
        finally
        {
            Directory.Delete(published, recursive: true);
        }
    }

    private static void PublishCommandLine(string folder, params string[] platform) =>
        Publish(Path.Combine("src", "DataOps.Cli"), folder, platform);

    private static void Publish(string project, string folder, params string[] platform)
    {
        MakeEmpty(folder);
        string[] publish =
        [
            "publish", project, "-c", "Release", "-o", folder, "-v", "quiet", "-nologo", "--disable-build-servers",
            .. platform,
        ];
        if (Shell.Run("dotnet", publish) != 0)
            throw new TaskFailedException($"{project} does not publish.");
    }

    // In the format of sha256sum, which reads it with -c.
    private static string WriteSums()
    {
        string sums = Repository.Artifacts("SHA256SUMS");
        string[] files = Directory.GetFiles(Repository.Artifacts(), "*", SearchOption.AllDirectories);
        File.WriteAllLines(sums, files.Order(StringComparer.Ordinal).Select(Sum));
        return sums;
    }

    private static string Sum(string file)
    {
        using FileStream content = File.OpenRead(file);
        string name = Path.GetRelativePath(Repository.Artifacts(), file).Replace('\\', '/');
        return $"{Convert.ToHexStringLower(SHA256.HashData(content))}  {name}";
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
