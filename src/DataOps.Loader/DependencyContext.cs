using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace DataOps.Loader;

/// <summary>
/// The assemblies in <c>lib</c>, as they are compiled ahead of time for this platform where the package has that; the
/// runtime's own copy where that is as new as what is asked for.
/// </summary>
internal sealed class DependencyContext(string folder) : AssemblyLoadContext("DataOps")
{
    private readonly Lazy<Dictionary<string, string>> _shipped = new(ShippedWithTheRuntime);
    // Images of another platform are refused; those for another version of .NET are read as IL.
    private readonly string? _compiled = RuntimeInformation.ProcessArchitecture != Architecture.X64 ? null
        : OperatingSystem.IsWindows() ? Path.Join(folder, "win-x64")
        : OperatingSystem.IsLinux() ? Path.Join(folder, "linux-x64")
        : null;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string file = Path.Join(_compiled ?? folder, assemblyName.Name + ".dll");
        if (_compiled is not null && !File.Exists(file))
            file = Path.Join(folder, assemblyName.Name + ".dll");
        return File.Exists(file) && !RuntimeHas(assemblyName) ? LoadFromAssemblyPath(file) : null;
    }

    private bool RuntimeHas(AssemblyName name) =>
        _shipped.Value.TryGetValue(name.Name!, out string? file)
            && AssemblyName.GetAssemblyName(file).Version >= name.Version;

    private static Dictionary<string, string> ShippedWithTheRuntime()
    {
        string files = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "";
        Dictionary<string, string> shipped = new(StringComparer.OrdinalIgnoreCase);
        foreach (string file in files.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            shipped.TryAdd(Path.GetFileNameWithoutExtension(file), file);
        return shipped;
    }
}
