using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DataOps.Core.Changes.UndoFiles;

/// <summary>
/// One time through the text of an undo file: its lines, batch after batch, and whether they are what was written.
/// </summary>
/// <param name="tables">The tables met so far; new ones are added.</param>
/// <param name="batches">Receives the first line of each batch when it begins.</param>
/// <param name="rows">Receives the rows.</param>
internal sealed class UndoPass(List<UndoTable> tables, List<UndoHeader> batches, UndoRowSink rows) : IDisposable
{
    private const int LongestHeader = 1 << 26;

    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private UndoHeader? _header;
    private int[] _numbers = [];
    private string? _previous;
    private long _rows;
    private long _size;
    private long _lastSize;
    private int _table;
    private bool _inRow;
    private int _rowBytes;
    private bool _isEscape;

    /// <summary>Rows in all batches that ended.</summary>
    public long Rows { get; private set; }

    /// <summary>The digest of the last batch that ended; null before.</summary>
    public string? Digest => _previous;

    /// <summary>Reads all of it.</summary>
    /// <exception cref="UndoFormatException">It is not what was written.</exception>
    public void Read(Stream stream)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(1 << 16);
        for (int read; (read = stream.Read(buffer)) > 0;)
            for (ReadOnlySpan<byte> rest = buffer.AsSpan(0, read); rest.Length > 0;)
                rest = rest[Take(rest)..];
    }

    /// <summary>Makes sure that it ended where a batch ends.</summary>
    /// <param name="sizeAtEnd">The size of the last batch, as gzip has it at the file's end.</param>
    /// <exception cref="UndoFormatException">It did not.</exception>
    public void End(uint sizeAtEnd)
    {
        if (_previous is null || _size > 0 || sizeAtEnd != unchecked((uint)_lastSize))
            throw new UndoFormatException("it ends too early.") { IsCut = true };
    }

    /// <inheritdoc/>
    public void Dispose() => _digest.Dispose();

    private int Take(ReadOnlySpan<byte> bytes)
    {
        if (_inRow)
            return TakeRow(bytes);
        // The last line of a batch is the only one that starts with a brace, but for the first.
        bool isLast = _header is not null && (_line.WrittenCount > 0 ? _line.WrittenSpan[0] : bytes[0]) == (byte)'{';
        bool isNumber = _header is not null && !isLast;
        int end = bytes.IndexOf(isNumber ? (byte)'\t' : (byte)'\n');
        int taken = end < 0 ? bytes.Length : end + 1;
        _line.Write(bytes[..taken]);
        _size += taken;
        if (!isLast)
            _digest.AppendData(bytes[..taken]);
        if (_line.WrittenCount > (isNumber ? 12 : LongestHeader))
            throw new UndoFormatException("a line is not one of an undo file.");
        if (end >= 0)
            EndLine(isNumber);
        return taken;
    }

    private int TakeRow(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)'\n');
        _inRow = end < 0;
        int taken = end < 0 ? bytes.Length : end + 1;
        _size += taken;
        _digest.AppendData(bytes[..taken]);
        RequireRow(bytes[..taken]);
        rows(_table, bytes[..taken]);
        return taken;
    }

    // COPY would take another action for none, and \. for the end of all rows, wherever it stands.
    private void RequireRow(ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length && _rowBytes < 2; i++, _rowBytes++)
            if (_rowBytes == 0 ? bytes[i] is not ((byte)'I' or (byte)'U' or (byte)'D') : bytes[i] != (byte)'\t')
                throw new UndoFormatException("a line is not one of an undo file.");
        while (!bytes.IsEmpty)
        {
            if (_isEscape && bytes[0] == (byte)'.')
                throw new UndoFormatException("a line is not one of an undo file.");
            int escape = _isEscape ? 0 : bytes.IndexOf((byte)'\\');
            if (escape < 0)
                return;
            _isEscape = !_isEscape;
            bytes = bytes[(escape + 1)..];
        }
    }

    private void EndLine(bool isNumber)
    {
        ReadOnlySpan<byte> line = _line.WrittenSpan[..^1];
        if (isNumber)
            StartRow(line);
        else if (_header is null)
            StartBatch(Known(Parse(line, UndoJson.Default.UndoHeader)));
        else
            EndBatch(Parse(line, UndoJson.Default.UndoFooter));
        _line.Clear();
    }

    private void StartRow(ReadOnlySpan<byte> number)
    {
        if (!int.TryParse(number, out int table) || table < 1 || table > _numbers.Length)
            throw new UndoFormatException("a line is not one of an undo file.");
        (_inRow, _rows, _table, _rowBytes, _isEscape) = (true, _rows + 1, _numbers[table - 1], 0, false);
    }

    private void StartBatch(UndoHeader header)
    {
        if (_previous is not null && header.Batch is null)
            throw new UndoFormatException("something follows its end.");
        if (header.Batch is { } number && (number != batches.Count + 1 || header.Previous != _previous))
            throw new UndoFormatException("its batches are not all that were written, or not in their order.");
        batches.Add(_header = header);
        _numbers = [.. header.Tables.Select(NumberOf)];
    }

    private void EndBatch(UndoFooter footer)
    {
        string digest = Convert.ToHexString(_digest.GetHashAndReset());
        if (footer.Rows != _rows || footer.Sha256 != digest)
            throw new UndoFormatException("its content is not what was written.");
        (_header, _previous, _lastSize, Rows) = (null, digest, _size, Rows + _rows);
        (_rows, _size) = (0, 0);
    }

    // A table that had other columns in another batch is another one: it will not be found.
    private int NumberOf(UndoTable table)
    {
        int known = tables.FindIndex(
            t => t.Schema == table.Schema && t.Name == table.Name && t.Columns.SequenceEqual(table.Columns));
        if (known < 0)
            tables.Add(table);
        return known < 0 ? tables.Count : known + 1;
    }

    private static UndoHeader Known(UndoHeader header)
    {
        if (header.Format != UndoHeader.FormatName || header.Version < 1)
            throw new UndoFormatException("its first line is not that of an undo file.");
        if (header.Version > UndoHeader.Newest)
            throw new UndoFormatException("it is newer.") { NewerThanKnown = header.DataOps };
        if (!IsWhole(header))
            throw new UndoFormatException("its first line is incomplete.");
        return header;
    }

    // The serializer takes what is missing, and null, for any text.
    private static bool IsWhole(UndoHeader header) =>
        header is { Operation: not null, Server: not null, Database: not null, Transaction: not null,
            DataOps: not null, Tables: { } tables }
        && tables.All(t => t is { Schema: not null, Name: not null, Columns: { } columns }
            && columns.All(c => c is { Name: not null, Type: not null }))
        && (header.Constraints ?? []).All(
            c => c is { Schema: not null, Table: not null, Name: not null, Definition: not null })
        && (header.Sequences ?? []).All(s => s is { Schema: not null, Name: not null }
            && (s.Value is not null || s is { Table: not null, Column: not null }))
        && (header.Orphans ?? []).All(o => o is { Schema: not null, Table: not null, Constraint: not null });

    private static T Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new UndoFormatException("a line of it is empty.");
        }
        catch (JsonException e)
        {
            throw new UndoFormatException("its first or last line cannot be read.", e);
        }
    }
}

/// <summary>Why a text is no undo file.</summary>
/// <param name="message">The reason, as the end of a sentence.</param>
/// <param name="inner">The cause.</param>
internal sealed class UndoFormatException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The version of DataOps that wrote it, where this one is too old to read it.</summary>
    public string? NewerThanKnown { get; init; }

    /// <summary>Whether it is right as far as it goes.</summary>
    public bool IsCut { get; init; }
}
