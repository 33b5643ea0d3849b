namespace DataOps.Core.Features.Backups.Archives;

/// <summary>Where the content of a member is.</summary>
/// <param name="File">The file that holds it: of a tar all the same one.</param>
/// <param name="Offset">Where it begins there.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Mode">The mode of the file that it is.</param>
internal sealed record MemberPlace(string File, long Offset, long Bytes, UnixFileMode Mode)
{
    /// <summary>Opens it at its content.</summary>
    public FileStream Open()
    {
        FileStream file = System.IO.File.OpenRead(File);
        file.Position = Offset;
        return file;
    }
}
