using System.Formats.Tar;
using System.Text;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>
/// An archive that is read: all of its members are known, and fit the manifest, before any of them is used.
/// </summary>
internal sealed class ArchiveReader : IDisposable
{
    private const int LargestManifest = 1 << 28;
    private const int Block = 512;

    private readonly Dictionary<string, MemberPlace> _places;
    private readonly Dictionary<string, ArchiveMember> _members;
    private ClearCopy? _decrypted;

    private ArchiveReader(string path, Dictionary<string, MemberPlace> places)
    {
        (Path, _places, _members) = (path, places, []);
        byte[] buffer = [];
        byte[] manifest = [.. Content(MemberName.Manifest, LargestManifest, ref buffer)];
        string hash = Encoding.ASCII.GetString(
            Content(MemberName.ManifestHash, MemberName.ManifestHash.Length * 8, ref buffer));
        if (!hash.StartsWith(Sha256Text.Of(manifest) + "  ", StringComparison.Ordinal))
            throw Invalid($"{MemberName.Manifest} is not what its SHA-256 says");
        Manifest = BackupManifest.Parse(manifest, Invalid);
        foreach (ArchiveMember member in Manifest.Members)
            if (!_members.TryAdd(member.Name, member))
                throw Invalid($"the manifest names {member.Name} twice");
            else if (!places.TryGetValue(member.Name, out MemberPlace? place))
                throw Invalid($"{member.Name} is not there");
            else if (place.Bytes != member.Bytes)
                throw Invalid($"{member.Name} has {place.Bytes} bytes and should have {member.Bytes}");
        if (places.Keys.FirstOrDefault(n => !_members.ContainsKey(n)
            && n is not (MemberName.Manifest or MemberName.ManifestHash)) is { } unknown)
            throw Invalid($"the manifest does not name {unknown}");
    }

    /// <summary>The archive: a tar file, or a folder.</summary>
    public string Path { get; }

    /// <summary>Its size in bytes.</summary>
    public long Bytes => Directory.Exists(Path) ? _places.Values.Sum(p => p.Bytes) : new FileInfo(Path).Length;

    /// <summary>What it says of itself.</summary>
    public BackupManifest Manifest { get; }

    /// <summary>Reads the names of all members, and the manifest.</summary>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>; <c>InvalidBackup</c>: it is no whole backup, or holds
    /// what no backup does.</exception>
    public static ArchiveReader Open(string path) => Open(path, null, CancellationToken.None);

    /// <summary>Opens one that may be encrypted.</summary>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>, <c>InvalidBackup</c>; <c>EncryptedBackup</c>: the key is
    /// not that of the archive.</exception>
    public static ArchiveReader Open(string path, string? keyFile, CancellationToken cancellation)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(FullPath.Of(path));
        bool isFolder = Directory.Exists(full);
        if (!isFolder && !File.Exists(full))
            throw new DataOpsException(ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {full}.",
                FileAdvice.Backup, full);
        try
        {
            if (isFolder)
                return new(full, ArchiveFolder.Scan(full, why => Invalid(full, why)));
            if (EncryptedArchive.IsOne(full))
                return Decrypted(full, EncryptedArchive.Decrypt(full, keyFile, cancellation));
            using FileStream file = File.OpenRead(full);
            return new(full, Scan(full, file));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException
            or OverflowException or NotSupportedException or InvalidOperationException or UnauthorizedAccessException)
        {
            throw Invalid(
                full, $"it is no whole {(isFolder ? "folder" : "tar file")}: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _decrypted?.Dispose();

    /// <summary>A member as a whole, once its hash was compared.</summary>
    /// <param name="name">The member.</param>
    /// <param name="buffer">What it is read into, and made larger where it has to be.</param>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>.</exception>
    public ArraySegment<byte> Read(string name, ref byte[] buffer)
    {
        ArchiveMember member = Member(name);
        ArraySegment<byte> content = Content(name, int.MaxValue, ref buffer);
        return Sha256Text.Of(content) == member.Sha256
            ? content
            : throw Damaged(name);
    }

    /// <summary>A member as it was before it was compressed.</summary>
    /// <param name="name">The member.</param>
    /// <param name="most">The most bytes that it can have been.</param>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>.</exception>
    public byte[] Unpack(string name, int most)
    {
        using MemberReader reader = new(this, most);
        return reader.Read(name).ToArray();
    }

    /// <summary>Copies a member to where it is wanted; what was written is of no use when this throws.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: its hash is not the manifest's.</exception>
    public void Copy(string name, Stream target, CancellationToken cancellation)
    {
        ArchiveMember member = Member(name);
        using MemberStream content = new(_places[name].Open(), member.Bytes);
        byte[] buffer = new byte[1 << 17];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            target.Write(buffer, 0, read);
        }
        if (content.Sha256 != member.Sha256)
            throw Damaged(name);
    }

    /// <summary>The mode of a member's file: who reads and writes it.</summary>
    public UnixFileMode ModeOf(string name) => _places[name].Mode & MemberName.PlainMode;

    /// <summary>The file that a member is, in an archive that is a folder.</summary>
    public string FileOf(string name) => _places[name].File;

    /// <summary>The members whose names begin so, in the order of the manifest.</summary>
    public IEnumerable<ArchiveMember> Below(string prefix) =>
        Manifest.Members.Where(m => m.Name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Why the archive cannot be used.</summary>
    public DataOpsException Invalid(string why) => Invalid(Path, why);

    private DataOpsException Damaged(string name) => Invalid($"{name} is damaged: its SHA-256 is not the manifest's");

    private static DataOpsException Invalid(string path, string why, Exception? cause = null) => new(
        ErrorIds.InvalidBackup, FailureKind.InvalidData, $"{path} cannot be used: {why}.",
        "Fetch it again, or take another one; Test-Backup reads all of a backup.", path, cause);

    private ArchiveMember Member(string name) => _members.TryGetValue(name, out ArchiveMember? member)
        ? member
        : throw Invalid($"it has no member {name}");

    private ArraySegment<byte> Content(string name, int most, ref byte[] buffer)
    {
        if (!_places.TryGetValue(name, out MemberPlace? place))
            throw Invalid($"it has no {name}: it is no backup, or was cut off");
        if (place.Bytes > most)
            throw Invalid($"{name} is larger than it can be");
        int length = (int)place.Bytes;
        if (buffer.Length < length)
            buffer = GC.AllocateUninitializedArray<byte>(length);
        using FileStream file = place.Open();
        file.ReadExactly(buffer, 0, length);
        return new(buffer, 0, length);
    }

    private static ArchiveReader Decrypted(string path, ClearCopy clear)
    {
        try
        {
            using FileStream file = File.OpenRead(clear.Path);
            return new(path, Scan(path, file)) { _decrypted = clear };
        }
        catch
        {
            clear.Dispose();
            throw;
        }
    }

    private static Dictionary<string, MemberPlace> Scan(string path, FileStream file)
    {
        Dictionary<string, MemberPlace> places = [];
        using TarReader tar = new(file, leaveOpen: true);
        foreach (TarEntry entry in TarMembers.Read(tar, withFolders: false, why => Invalid(path, why)))
        {
            // The reader has passed over the content, and what fills its last block.
            long offset = file.Position - ((entry.Length + Block - 1) / Block * Block);
            if (entry.Length < 0 || offset > file.Length - entry.Length)
                throw Invalid(path, $"{entry.Name} was cut off");
            places.Add(entry.Name, new(file.Name, offset, entry.Length, entry.Mode));
        }
        return places;
    }
}
