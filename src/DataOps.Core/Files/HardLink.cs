using System.Runtime.InteropServices;

namespace DataOps.Core.Files;

/// <summary>A second name of a file.</summary>
internal static class HardLink
{
    /// <summary>Creates it.</summary>
    /// <returns>Whether it is there: false on another file system, or on one without such links.</returns>
    public static bool Create(string file, string name) => OperatingSystem.IsWindows()
        ? CreateHardLink(name, file, 0)
        : Link(Bytes(file), Bytes(name)) == 0;

    // As the system has them, ended by a NUL.
    private static byte[] Bytes(string path) => [.. System.Text.Encoding.UTF8.GetBytes(path), 0];

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(byte[] file, byte[] name);

    [DllImport("kernel32", EntryPoint = "CreateHardLinkW", CharSet = CharSet.Unicode, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateHardLink(string name, string file, nint security);
}
