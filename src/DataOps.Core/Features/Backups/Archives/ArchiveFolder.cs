using DataOps.Core.Files;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>An archive as a folder, whose files are its members.</summary>
/// <param name="folder">The folder.</param>
internal sealed class ArchiveFolder(string folder) : IArchiveForm
{
    /// <summary>Whether a folder is an archive, whole or not.</summary>
    public static bool IsOne(string folder) => File.Exists(Path.Join(folder, MemberName.Manifest));

    /// <summary>Finds the members of one.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="invalid">What is thrown, and why.</param>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: it holds what no backup does.</exception>
    public static Dictionary<string, MemberPlace> Scan(string folder, Func<string, DataOpsException> invalid)
    {
        Dictionary<string, MemberPlace> places = [];
        MemberNames names = new(invalid);
        Scan(new DirectoryInfo(folder), "");
        return places;

        void Scan(DirectoryInfo within, string prefix)
        {
            foreach (FileSystemInfo entry in within.EnumerateFileSystemInfos())
                if (entry.LinkTarget is not null
                    || (entry.Attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) != 0)
                    throw invalid($"{VisibleText.Of(prefix + entry.Name)} is no plain file");
                else if (entry is DirectoryInfo inner)
                    Scan(inner, $"{prefix}{entry.Name}/");
                else
                {
                    string name = prefix + entry.Name;
                    names.Add(name);
                    places.Add(name, new(entry.FullName, 0, ((FileInfo)entry).Length,
                        OperatingSystem.IsWindows() ? default : entry.UnixFileMode));
                }
        }
    }

    /// <inheritdoc/>
    public void Write(string name, Stream content, DateTime modified, UnixFileMode mode)
    {
        using FileStream file = PrivateFile.Create(PathOf(name));
        content.CopyTo(file);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file.SafeFileHandle, mode & MemberName.PlainMode);
        File.SetLastWriteTimeUtc(file.SafeFileHandle, modified);
    }

    /// <summary>Makes a file of another folder a member, without reading it: both have one content.</summary>
    /// <returns>Whether it is; false where the file system has no such links.</returns>
    public bool Link(string name, string file) => HardLink.Create(file, PathOf(name));

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private string PathOf(string name)
    {
        string path = Path.Join(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
