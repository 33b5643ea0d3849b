using System.Text;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>Where the members of an archive are written to.</summary>
internal interface IArchiveForm : IDisposable
{
    /// <summary>Writes a member.</summary>
    void Write(string name, Stream content, DateTime modified, UnixFileMode mode);
}

/// <summary>Writes an archive, whose members are compressed each, and knows what it has written.</summary>
/// <param name="form">Where to.</param>
internal sealed class ArchiveWriter(IArchiveForm form) : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly List<ArchiveMember> _members = [];
    private readonly DateTime _now = DateTime.UtcNow;

    /// <summary>What was written so far.</summary>
    public IReadOnlyList<ArchiveMember> Members => _members;

    /// <summary>Writes a member that is at hand.</summary>
    public void Add(string name, ArraySegment<byte> content)
    {
        form.Write(name, new MemoryStream(content.Array!, content.Offset, content.Count, writable: false), _now, Mode);
        _members.Add(new(name, content.Count, Sha256Text.Of(content)));
    }

    /// <summary>Writes a file, as long as it is now; what is added to it meanwhile is left.</summary>
    /// <exception cref="EndOfStreamException">It has become shorter meanwhile.</exception>
    public void Add(string name, FileStream file)
    {
        using MemberStream content = new(file, file.Length);
        DateTime modified = File.GetLastWriteTimeUtc(file.SafeFileHandle);
        form.Write(name, content, modified,
            OperatingSystem.IsWindows() ? Mode : File.GetUnixFileMode(file.SafeFileHandle));
        _members.Add(new(name, content.Length, content.Sha256) { Modified = modified });
    }

    /// <summary>A member that is there already, as an earlier archive has it.</summary>
    public void Added(ArchiveMember member) => _members.Add(member);

    /// <summary>Writes the manifest and its hash, the last members.</summary>
    public void End(byte[] manifest)
    {
        form.Write(MemberName.Manifest, new MemoryStream(manifest), _now, Mode);
        byte[] hash = Encoding.ASCII.GetBytes($"{Sha256Text.Of(manifest)}  {MemberName.Manifest}\n");
        form.Write(MemberName.ManifestHash, new MemoryStream(hash), _now, Mode);
    }

    /// <inheritdoc/>
    public void Dispose() => form.Dispose();
}
