using System.Buffers.Binary;
using System.IO.Compression;

namespace DataOps.Core.Changes.UndoFiles;

/// <summary>
/// Receives the rows of an undo file, in pieces: a row ends with a line end, and a piece holds bytes of one row.
/// </summary>
/// <param name="table">The number of the row's table, from 1.</param>
/// <param name="bytes">The next bytes of its line behind that number, as COPY reads them.</param>
internal delegate void UndoRowSink(int table, ReadOnlySpan<byte> bytes);

/// <summary>Reads an undo file in constant memory, and finds out whether it is whole.</summary>
internal sealed class UndoFileReader : IDisposable
{
    private static readonly IReadOnlySet<int> _none = new HashSet<int>();

    private readonly string _path;
    private readonly FileStream _file;
    private readonly List<UndoTable> _tables = [];

    /// <summary>Opens the file and reads all of it: what it holds is what was written.</summary>
    /// <exception cref="DataOpsException">It is not there, not an undo file, damaged, cut, or of a newer
    /// version.</exception>
    public UndoFileReader(string path)
    {
        _path = path;
        try
        {
            _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            bool isMissing = e is FileNotFoundException or DirectoryNotFoundException;
            throw new DataOpsException(
                isMissing ? ErrorIds.FileNotFound : ErrorIds.ReadFailed,
                isMissing ? FailureKind.NotFound : FailureKind.InvalidData,
                $"The undo file {path} cannot be read: {e.Message}", null, path, e);
        }
        try
        {
            if (!_file.CanSeek)
                throw new DataOpsException(
                    ErrorIds.ReadFailed, FailureKind.InvalidData,
                    $"The undo file {path} cannot be read: it is a pipe or a device, and an undo file is read twice.",
                    "Save it to a file first.", path);
            Batches = Read((_, _) => { }, _none);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The first lines of its batches, in order; of one, where it was not written in batches.</summary>
    public IReadOnlyList<UndoHeader> Batches { get; }

    /// <summary>Its first line, with the tables of all batches.</summary>
    public UndoHeader Header => Batches[0] with { Tables = _tables };

    /// <summary>Rows in the file, of all batches.</summary>
    public long Rows { get; private set; }

    /// <summary>The digest of its last batch, which holds those of the others: no other file has it.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>Reads the rows.</summary>
    /// <param name="rows">Receives them, with the numbers that their tables have in <see cref="Header"/>.</param>
    /// <param name="except">Batches to leave out, by their index.</param>
    /// <exception cref="DataOpsException">The file has been changed since it was opened.</exception>
    public IReadOnlyList<UndoHeader> Read(UndoRowSink rows, IReadOnlySet<int> except)
    {
        List<UndoHeader> batches = [];
        try
        {
            uint sizeAtEnd = SizeAtEnd();
            _file.Position = 0;
            using UndoPass pass = new(_tables, batches, (table, bytes) =>
            {
                if (!except.Contains(batches.Count - 1))
                    rows(table, bytes);
            });
            using (GZipStream gzip = new(_file, CompressionMode.Decompress, leaveOpen: true))
                pass.Read(gzip);
            pass.End(sizeAtEnd);
            (Rows, Digest) = (pass.Rows, pass.Digest!);
            return batches;
        }
        catch (UndoFormatException e)
        {
            throw e.NewerThanKnown is { } newer
                ? new DataOpsException(
                    ErrorIds.NewerUndoFile, FailureKind.InvalidData,
                    $"{_path} was written by DataOps {newer}, in a format that this version does not know.",
                    $"Undo it with DataOps {newer} or later.", _path)
                : Damaged(e.Message, batches, e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Damaged(e.Message, batches, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // gzip's last four bytes; the decompressor does not miss them.
    private uint SizeAtEnd()
    {
        byte[] size = new byte[sizeof(uint)];
        _file.Position = Math.Max(_file.Length - size.Length, 0);
        _file.ReadExactly(size);
        return BinaryPrimitives.ReadUInt32LittleEndian(size);
    }

    private DataOpsException Damaged(string why, List<UndoHeader> batches, Exception cause)
    {
        // What a process leaves that was killed while it wrote: the batch cannot have been committed, but a copy that
        // was cut looks the same.
        string whole = cause is UndoFormatException { IsCut: true } && batches.Count > 1
            && batches[^1].Offset is { } end
            ? $" If its first {batches.Count - 1} batches are all that was committed, put them into a file of their " +
                $"own: they are the first {end} bytes." : "";
        return new DataOpsException(
            ErrorIds.DamagedUndoFile, FailureKind.InvalidData,
            $"{_path} is not a complete undo file, so nothing was changed: {why}",
            $"Take another copy of the file, or restore the rows from a backup.{whole}", _path, cause);
    }
}
