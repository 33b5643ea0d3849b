using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DataOps.Core.Changes;

/// <summary>Receives the rows of an undo file, in pieces: a row ends with a line end, and a piece holds bytes of one row.</summary>
/// <param name="table">The number of the row's table, from 1.</param>
/// <param name="bytes">The next bytes of its line behind that number, as COPY reads them.</param>
internal delegate void UndoRowSink(int table, ReadOnlySpan<byte> bytes);

/// <summary>Reads an undo file in constant memory, and finds out whether it is whole.</summary>
internal sealed class UndoFileReader : IDisposable
{
    private const int LongestHeader = 1 << 26;

    private readonly string _path;
    private readonly FileStream _file;

    /// <summary>Opens the file and reads all of it: what it holds is what was written.</summary>
    /// <exception cref="DataOpsException">It is not there, not an undo file, damaged, cut, or of a newer version.</exception>
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
                isMissing ? "FileNotFound" : "ReadFailed", isMissing ? FailureKind.NotFound : FailureKind.InvalidData,
                $"The undo file {path} cannot be read: {e.Message}", null, path, e);
        }
        try
        {
            Header = Read((_, _) => { });
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Its first line.</summary>
    public UndoHeader Header { get; }

    /// <summary>Reads the rows.</summary>
    /// <exception cref="DataOpsException">The file has been changed since it was opened.</exception>
    public UndoHeader Read(UndoRowSink rows)
    {
        _file.Position = 0;
        try
        {
            Pass pass = new(this, rows);
            using (GZipStream gzip = new(_file, CompressionMode.Decompress, leaveOpen: true))
                pass.Read(gzip);
            return pass.End(SizeAtEnd());
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Damaged(e.Message, e);
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

    private DataOpsException Damaged(string why, Exception? cause = null) => new(
        "DamagedUndoFile", FailureKind.InvalidData, $"{_path} is no whole undo file, so nothing was changed: {why}",
        "Take another copy of the file, or restore the rows from a backup.", _path, cause);

    // One time through the file.
    private sealed class Pass(UndoFileReader owner, UndoRowSink rows)
    {
        private readonly ArrayBufferWriter<byte> _line = new();
        private UndoHeader? _header;
        private UndoFooter? _footer;
        private long _rows;
        private int _table;
        private bool _inRow;
        private long _size;
        private string _digest = "";

        public void Read(Stream stream)
        {
            using IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = GC.AllocateUninitializedArray<byte>(1 << 16);
            for (int read; (read = stream.Read(buffer)) > 0; _size += read)
            {
                for (ReadOnlySpan<byte> rest = buffer.AsSpan(0, read); rest.Length > 0;)
                {
                    bool isFooter = IsFooter(rest[0]);
                    int taken = Take(rest);
                    if (!isFooter)
                        digest.AppendData(rest[..taken]);
                    rest = rest[taken..];
                }
            }
            _digest = Convert.ToHexString(digest.GetHashAndReset());
        }

        public UndoHeader End(uint sizeAtEnd)
        {
            if (_header is null || _footer is null || sizeAtEnd != unchecked((uint)_size))
                throw owner.Damaged("it ends too early.");
            if (_footer.Rows != _rows || _footer.Sha256 != _digest)
                throw owner.Damaged("its content is not what was written.");
            return _header;
        }

        // The last line is the only one that starts with a brace, but for the first.
        private bool IsFooter(byte next) => _header is not null && !_inRow && (_line.WrittenCount > 0 ? _line.WrittenSpan[0] : next) == (byte)'{';

        private int Take(ReadOnlySpan<byte> bytes)
        {
            if (_footer is not null)
                throw owner.Damaged("something follows its end.");
            if (_inRow)
                return TakeRow(bytes);
            bool isNumber = _header is not null && !IsFooter(bytes[0]);
            int end = bytes.IndexOf(isNumber ? (byte)'\t' : (byte)'\n');
            int taken = end < 0 ? bytes.Length : end + 1;
            _line.Write(bytes[..taken]);
            if (_line.WrittenCount > (isNumber ? 12 : LongestHeader))
                throw owner.Damaged("a line is not one of an undo file.");
            if (end >= 0)
                EndLine(isNumber);
            return taken;
        }

        private void EndLine(bool isNumber)
        {
            ReadOnlySpan<byte> line = _line.WrittenSpan[..^1];
            if (isNumber)
                StartRow(line);
            else if (_header is null)
                _header = Known(Parse(line, UndoJson.Default.UndoHeader));
            else
                _footer = Parse(line, UndoJson.Default.UndoFooter);
            _line.Clear();
        }

        private void StartRow(ReadOnlySpan<byte> number)
        {
            if (!int.TryParse(number, out _table) || _table < 1 || _table > _header!.Tables.Count)
                throw owner.Damaged("a line is not one of an undo file.");
            (_inRow, _rows) = (true, _rows + 1);
        }

        private int TakeRow(ReadOnlySpan<byte> bytes)
        {
            int end = bytes.IndexOf((byte)'\n');
            _inRow = end < 0;
            int taken = end < 0 ? bytes.Length : end + 1;
            rows(_table, bytes[..taken]);
            return taken;
        }

        private UndoHeader Known(UndoHeader header)
        {
            if (header.Format != UndoHeader.FormatName || header.Version < 1)
                throw owner.Damaged("its first line is not that of an undo file.");
            if (header.Version > UndoHeader.Newest)
                throw new DataOpsException(
                    "NewerUndoFile", FailureKind.InvalidData,
                    $"{owner._path} was written by DataOps {header.DataOps}, in a format that this version does not know.",
                    $"Undo it with DataOps {header.DataOps} or later.", owner._path);
            if (header.Tables is null || header.Tables.Any(t => t?.Schema is null || t.Name is null || t.Columns is null))
                throw owner.Damaged("its first line is incomplete.");
            return header;
        }

        private T Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type)
        {
            try
            {
                return JsonSerializer.Deserialize(line, type) ?? throw owner.Damaged("a line of it is empty.");
            }
            catch (JsonException e)
            {
                throw owner.Damaged("its first or last line cannot be read.", e);
            }
        }
    }
}
