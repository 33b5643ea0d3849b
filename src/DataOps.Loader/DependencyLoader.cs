using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace DataOps.Loader;

/// <summary>
/// Loads the core and what it depends on in a load context of their own, so that no other module's versions are in the
/// way.
/// </summary>
/// <remarks>
/// It is the manifest's nested module: nested modules load first, before PowerShell looks at the types of the cmdlets.
/// </remarks>
public sealed class DependencyLoader : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private const string Core = "DataOps.Core";

    private static readonly DependencyContext s_context = new(
        Path.Join(Path.GetDirectoryName(typeof(DependencyLoader).Assembly.Location)!, "lib"));

    /// <summary>From now on the core is found; nothing is loaded yet.</summary>
    public void OnImport() => AssemblyLoadContext.Default.Resolving += Resolve;

    /// <summary>The module is gone, and nobody looks for the core any more.</summary>
    public void OnRemove(PSModuleInfo psModuleInfo) => AssemblyLoadContext.Default.Resolving -= Resolve;

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == Core ? s_context.LoadFromAssemblyName(name) : null;
}
