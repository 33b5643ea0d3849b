using System.IO.Compression;
using SharpCompress.Compressors.Xz;

namespace DataOps.Core.Files.Compression;

/// <summary>Reads the one member of a zip file.</summary>
internal sealed class ZipMember : ReadStream
{
    private readonly ZipArchive _archive;
    private readonly ZipArchiveEntry _entry;
    private readonly Stream _member;
    private uint _crc = Crc32.DefaultSeed;
    private long _length;

    /// <summary>Opens a file, which is disposed with this.</summary>
    /// <exception cref="InvalidDataException">It is no zip file, or has not exactly one member, or that one is
    /// encrypted.</exception>
    public ZipMember(Stream file)
    {
        _archive = new ZipArchive(file, ZipArchiveMode.Read);
        ZipArchiveEntry[] members = [.. _archive.Entries.Where(e => !e.FullName.EndsWith('/'))];
        if (members.Length != 1)
            throw new InvalidDataException($"the zip file has {members.Length} members, and has to have one");
        _entry = members[0];
        if (_entry.IsEncrypted)
            throw new InvalidDataException($"{_entry.FullName} in the zip file is encrypted");
        _member = _entry.Open();
    }

    /// <summary>The member's name.</summary>
    public string Name => _entry.FullName;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data are damaged or incomplete.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read = _member.Read(buffer);
        _crc = Crc32.Update(_crc, buffer[..read]);
        _length += read;
        // .NET checks neither.
        if (read == 0 && !buffer.IsEmpty && (_length != _entry.Length || ~_crc != _entry.Crc32))
            throw new InvalidDataException("The zip file's data are damaged or incomplete.");
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _member.Dispose();
            _archive.Dispose();
        }
        base.Dispose(disposing);
    }
}
