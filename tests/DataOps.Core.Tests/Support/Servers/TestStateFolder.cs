using System.Runtime.CompilerServices;

namespace DataOps.Core.Tests.Support.Servers;

/// <summary>A folder for what operations remember of each other, of this run alone.</summary>
internal static class TestStateFolder
{
    /// <summary>Tests that read what is there, or move it, run one after the other.</summary>
    public const string Collection = "State folder";

    [ModuleInitializer]
    internal static void Make()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dataops-state-");
        Environment.SetEnvironmentVariable("XDG_STATE_HOME", folder.FullName);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
    }
}
