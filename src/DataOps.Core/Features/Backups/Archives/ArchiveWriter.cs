using System.Formats.Tar;
using System.Text;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>Writes an archive: a plain tar, whose members are compressed each.</summary>
/// <param name="output">Where to; it need not be one that seeks.</param>
internal sealed class ArchiveWriter(Stream output) : IDisposable
{
    private const int LongestPlainName = 100;
    private const long LargestPlain = 1L << 32;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TarWriter _tar = new(output, TarEntryFormat.Pax, leaveOpen: true);
    private readonly List<ArchiveMember> _members = [];
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    /// <summary>What was written so far.</summary>
    public IReadOnlyList<ArchiveMember> Members => _members;

    /// <summary>Writes a member that is at hand.</summary>
    public void Add(string name, byte[] content)
    {
        Write(name, new MemoryStream(content), content.Length, _now, Mode);
        _members.Add(new(name, content.Length, Sha256Text.Of(content)));
    }

    /// <summary>Writes a file, as long as it is now; what is added to it meanwhile is left.</summary>
    /// <exception cref="EndOfStreamException">It has become shorter meanwhile.</exception>
    public void Add(string name, FileStream file)
    {
        using MemberStream content = new(file, file.Length);
        Write(name, content, content.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle),
            OperatingSystem.IsWindows() ? Mode : File.GetUnixFileMode(file.SafeFileHandle));
        _members.Add(new(name, content.Length, content.Sha256));
    }

    /// <summary>Writes the manifest and its hash, the last members.</summary>
    public void End(byte[] manifest)
    {
        Write(MemberName.Manifest, new MemoryStream(manifest), manifest.Length, _now, Mode);
        byte[] hash = Encoding.ASCII.GetBytes(
            $"{Sha256Text.Of(manifest)}  {MemberName.Manifest}\n");
        Write(MemberName.ManifestHash, new MemoryStream(hash), hash.Length, _now, Mode);
    }

    /// <inheritdoc/>
    public void Dispose() => _tar.Dispose();

    // The older form has no second header, and cannot say what the newer can.
    private void Write(string name, Stream content, long length, DateTimeOffset modified, UnixFileMode mode)
    {
        TarEntry entry = name.Length <= LongestPlainName && length < LargestPlain && Ascii.IsValid(name)
            ? new UstarTarEntry(TarEntryType.RegularFile, name)
            : new PaxTarEntry(TarEntryType.RegularFile, name);
        entry.DataStream = content;
        entry.Mode = mode;
        entry.ModificationTime = modified;
        _tar.WriteEntry(entry);
    }
}
