using System.Formats.Tar;
using System.Text;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>An archive as a plain tar.</summary>
/// <param name="output">Where to; it need not be one that seeks.</param>
internal sealed class ArchiveTar(Stream output) : IArchiveForm
{
    private const int LongestPlainName = 100;
    private const long LargestPlain = 1L << 32;

    private readonly TarWriter _tar = new(output, TarEntryFormat.Pax, leaveOpen: true);

    // The older form has no second header, and cannot say what the newer can.
    /// <inheritdoc/>
    public void Write(string name, Stream content, DateTime modified, UnixFileMode mode)
    {
        TarEntry entry = name.Length <= LongestPlainName && content.Length < LargestPlain && Ascii.IsValid(name)
            ? new UstarTarEntry(TarEntryType.RegularFile, name)
            : new PaxTarEntry(TarEntryType.RegularFile, name);
        entry.DataStream = content;
        entry.Mode = mode;
        entry.ModificationTime = modified;
        _tar.WriteEntry(entry);
    }

    /// <inheritdoc/>
    public void Dispose() => _tar.Dispose();
}
